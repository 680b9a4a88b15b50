import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { downloadAndUnzipVSCode, resolveCliPathFromVSCodeExecutablePath } from '@vscode/test-electron';
import { findCommand } from '../tools/machine.mjs';
import { ProcessGroup } from '../tools/processGroup';
import { cleanEnvironment } from './environment';
import { type Settings, writeSettings } from './vscodeSettings';

export interface DesktopOptions {
  /** Folder of all its files: user data, extensions, its log. */
  readonly dir: string;
  readonly settings: Settings;
  readonly env: NodeJS.ProcessEnv;
  /** The package of the extension to install. */
  readonly vsix: string;
}

/** Desktop VS Code with user data and extensions of its own, beside the user's VS Code. */
export class DesktopVSCode {
  private constructor(private readonly processes: ProcessGroup) {}

  /** Starts the installed VS Code, or else one that is downloaded once. */
  static async start({ dir, settings, env, vsix }: DesktopOptions): Promise<DesktopVSCode> {
    const data = join(dir, 'data');
    mkdirSync(dir, { recursive: true });
    writeSettings(data, settings);
    const folders = [`--user-data-dir=${data}`, `--extensions-dir=${join(dir, 'extensions')}`];
    const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []; // Root cannot have one.
    const program = installedVSCode() ?? (await downloadAndUnzipVSCode('stable'));
    await runCommandLine(program, [...folders, ...sandbox, '--install-extension', vsix, '--force']);
    const log = join(dir, 'vscode.log');
    const args = [...folders, ...sandbox, '--new-window'];
    return new DesktopVSCode(new ProcessGroup(program, args, { env: cleanEnvironment(env), log }));
  }

  /** Resolves when the user has closed it. */
  async ended(): Promise<void> {
    await this.processes.ended();
  }

  async stop(): Promise<void> {
    await this.processes.stop();
  }
}

/** Runs VS Code's command line to its end. @throws with its output if it fails */
async function runCommandLine(program: string, args: readonly string[]): Promise<void> {
  const script = resolveCliPathFromVSCodeExecutablePath(program);
  await promisify(execFile)(script, args, { env: cleanEnvironment({}), shell: process.platform === 'win32' });
}

/** Finds the program of the VS Code in PATH; `code` itself is a script that starts it and exits. */
function installedVSCode(): string | undefined {
  const script = findCommand('code');
  if (script === undefined) return undefined;
  const root = join(realpathSync(script), '..', '..');
  const programs = {
    linux: [join(root, 'code')],
    darwin: ['Electron', 'Code'].map((name) => join(root, '..', '..', 'MacOS', name)),
    win32: [join(root, 'Code.exe')],
  }[process.platform as string];
  return programs?.find((path) => existsSync(path));
}
