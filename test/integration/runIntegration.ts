import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runTests } from '@vscode/test-electron';
import { type Emulator, startEmulator } from '../emulator/emulator';
import { vscodeVariable } from '../harness/codeShim';
import { buildExtension, buildForExtensionHost } from '../harness/extensionHostBuild';
import { testSettings, writeSettings } from '../harness/vscodeSettings';
import { needsEmulator } from '../tools/layers';
import type { VSCodeName } from '../tools/machine.mjs';
import { projectFolder } from '../tools/paths';
import { exitOnSignals } from '../tools/processGroup';
import { namePatternVariable } from '../tools/results';

// Runs tests of this folder in the extension host of each VS Code under test, with an emulator each.
// Usage: runIntegration.ts [--desktop] [--name PATTERN] FILE…

const suiteFolder = join(projectFolder, 'dist', 'test', 'integration');
const desktopVersions: Readonly<Record<VSCodeName, string>> = { newest: 'stable', floor: '1.104.0' };

async function main(): Promise<void> {
  exitOnSignals();
  const { values, positionals } = parseArgs({
    options: { desktop: { type: 'boolean', default: false }, name: { type: 'string' } },
    allowPositionals: true,
  });
  await buildAll(positionals);
  for (const vscode of ['newest', 'floor'] as const) {
    try {
      await runIn(vscode, positionals, values.desktop, values.name);
    } catch (error) {
      console.error(`In the ${vscode} VS Code: ${String(error)}`);
      process.exitCode = 1;
    }
  }
}

/** Builds the extension as it is shipped, and its tests for the extension host. */
async function buildAll(tests: readonly string[]): Promise<void> {
  buildExtension();
  await buildForExtensionHost([join(import.meta.dirname, 'suite.ts'), ...tests], suiteFolder);
}

/** @throws if a test fails, or VS Code does not finish the tests */
async function runIn(
  vscode: VSCodeName,
  tests: readonly string[],
  desktop: boolean,
  namePattern?: string,
): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'celesto-integration-'));
  const emulator = tests.some(needsEmulator) ? await startService(dir) : undefined;
  try {
    await runTests({
      ...(desktop
        ? desktopVSCode(vscode, dir)
        : { vscodeExecutablePath: join(projectFolder, 'test', 'harness', 'codeShim.mjs') }),
      extensionDevelopmentPath: projectFolder,
      extensionTestsPath: join(suiteFolder, 'suite.js'),
      extensionTestsEnv: {
        [vscodeVariable]: vscode,
        [namePatternVariable]: namePattern,
        CELESTO_BASE_URL: emulator?.url,
        CELESTO_API_KEY: emulator?.apiKey,
        HOME: dir, // Hides the sign-in of the CLI, too.
        SSH_AUTH_SOCK: undefined, // Hides the SSH agent of the user who runs the tests.
      },
    });
  } finally {
    await emulator?.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Starts the service for all tests, which run more computers than a plan allows. */
async function startService(dir: string): Promise<Emulator> {
  const times = { start: 300, stop: 300, create: 300 };
  const emulator = await startEmulator({ dir: join(dir, 'emulator'), times });
  await emulator.control.setBilling({ runningLimit: 100 });
  return emulator;
}

/** Options for Microsoft's VS Code, which is downloaded once, with settings and extensions of its own. */
function desktopVSCode(vscode: VSCodeName, dir: string) {
  writeSettings(join(dir, 'data'), testSettings);
  return {
    version: desktopVersions[vscode],
    launchArgs: [`--user-data-dir=${join(dir, 'data')}`, `--extensions-dir=${join(dir, 'extensions')}`],
  };
}

void main();
