import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import type { VSCodeName } from '../tools/machine.mjs';
import { exitOnSignals } from '../tools/processGroup';
import { openBrowser } from './browser';
import { CodeServer } from './codeServer';
import { testSettings } from './vscodeSettings';

/** Environment variable that names the VS Code to run in place of desktop VS Code. */
export const vscodeVariable = 'TEST_VSCODE';

const timeLimitMs = 5 * 60_000;

/**
 * Runs the tests of an extension in the extension host of a code-server.
 * @param args as for VS Code: --extensionDevelopmentPath=…, --extensionTestsPath=…; others are ignored
 * @returns the tests' exit code
 */
export async function main(args: readonly string[]): Promise<number> {
  exitOnSignals();
  const dir = mkdtempSync(join(tmpdir(), 'celesto-shim-'));
  let server: CodeServer | undefined;
  let browser: Browser | undefined;
  try {
    const env = { ...celestoVariables(), SSH_AUTH_SOCK: process.env.SSH_AUTH_SOCK };
    const vscode = (process.env[vscodeVariable] ?? 'newest') as VSCodeName;
    server = await CodeServer.start({ vscode, dir, settings: testSettings, env, forExtensionTests: true });
    browser = await openBrowser();
    return await runInWindow(browser, server, args, dir);
  } finally {
    await browser?.close();
    await server?.stop();
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Opens a window whose URL names the extension and its tests, waits for their exit code, and closes it. */
export async function runInWindow(
  browser: Browser,
  server: CodeServer,
  args: readonly string[],
  dir: string,
): Promise<number> {
  let over = false;
  const context = await browser.newContext();
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  try {
    const page = await context.newPage();
    let resolveCode: (code: number) => void;
    const ended = new Promise<number>((resolve) => (resolveCode = resolve));
    await page.exposeFunction('codeAutomationExit', (code: number) => resolveCode(code));
    await page.exposeFunction('codeAutomationLog', (kind: string, values: readonly unknown[]) => {
      if (!over) logOfWindow(kind, values); // A window that is being closed logs many errors.
    });
    const folder = join(dir, 'workspace');
    mkdirSync(folder, { recursive: true });
    const payload = payloadOf(args, new URL(server.url).host);
    await page.goto(
      `${server.url}?${new URLSearchParams({ folder, payload: JSON.stringify(payload) }).toString()}`,
    );
    const code = await Promise.race([ended, delay(timeLimitMs, undefined, { ref: false })]);
    if (code === undefined) throw new Error(`The tests did not end within ${timeLimitMs / 60_000} minutes.`);
    return code;
  } finally {
    over = true;
    await context.close();
  }
}

/** Converts arguments of VS Code to the payload of the URL, from which a window in a browser reads them. */
function payloadOf(args: readonly string[], host: string): readonly [string, string][] {
  const names = ['extensionDevelopmentPath', 'extensionTestsPath'];
  return args.flatMap((arg): [string, string][] => {
    const [, name = '', value = ''] = /^--(\w+)=(.*)$/s.exec(arg) ?? [];
    return names.includes(name) ? [[name, `vscode-remote://${host}${resolve(value)}`]] : [];
  });
}

/** Prints errors, except for two native modules of VS Code that are not compiled here. */
function logOfWindow(kind: string, values: readonly unknown[]): void {
  const text = values.map(String).join(' ');
  if (kind === 'error' && !/bindings file|build\/Release\/watchdog/.test(text)) console.error(text);
}

/** Variables for the extension and its tests; VS Code itself gets a clean environment. */
const celestoVariables = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('CELESTO_')));
