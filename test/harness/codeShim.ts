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

/** The variable that says which VS Code to stand in for. */
export const vscodeVariable = 'TEST_VSCODE';

const timeLimitMs = 5 * 60_000;

/**
 * Runs the tests of an extension in the extension host of a code-server.
 * @param args as VS Code takes them: --extensionDevelopmentPath=…, --extensionTestsPath=…; others are let be
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

/** Opens a window whose address names the extension and its tests, waits for the exit code that it tells, and closes it. */
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
    let tell: (code: number) => void;
    const ended = new Promise<number>((resolve) => (tell = resolve));
    await page.exposeFunction('codeAutomationExit', (code: number) => tell(code));
    await page.exposeFunction('codeAutomationLog', (kind: string, values: readonly unknown[]) => {
      if (!over) logOfWindow(kind, values); // A window that is being closed complains of much.
    });
    const folder = join(dir, 'workspace');
    mkdirSync(folder, { recursive: true });
    const payload = payloadOf(args, new URL(server.url).host);
    await page.goto(
      `${server.url}?${new URLSearchParams({ folder, payload: JSON.stringify(payload) }).toString()}`,
    );
    const code = await Promise.race([ended, delay(timeLimitMs, undefined, { ref: false })]);
    if (code === undefined)
      throw new Error(`The tests were not at their end after ${timeLimitMs / 60_000} minutes.`);
    return code;
  } finally {
    over = true;
    await context.close();
  }
}

/** What VS Code takes as arguments, as its window in a browser takes it from its address. */
function payloadOf(args: readonly string[], host: string): readonly [string, string][] {
  const names = ['extensionDevelopmentPath', 'extensionTestsPath'];
  return args.flatMap((arg): [string, string][] => {
    const [, name = '', value = ''] = /^--(\w+)=(.*)$/s.exec(arg) ?? [];
    return names.includes(name) ? [[name, `vscode-remote://${host}${resolve(value)}`]] : [];
  });
}

/** Passes on what goes wrong, except that VS Code misses two native modules of its own, which are not compiled here. */
function logOfWindow(kind: string, values: readonly unknown[]): void {
  const text = values.map(String).join(' ');
  if (kind === 'error' && !/bindings file|build\/Release\/watchdog/.test(text)) console.error(text);
}

/** VS Code is given a clean environment; these are for the extension and its tests. */
const celestoVariables = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('CELESTO_')));
