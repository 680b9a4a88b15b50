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
  /** The folder for all that it keeps: user data, extensions, its log. */
  readonly dir: string;
  readonly settings: Settings;
  readonly env: NodeJS.ProcessEnv;
  /** The package of the extension to install. */
  readonly vsix: string;
}

/** Desktop VS Code with user data and extensions of its own, beside the person's own VS Code. */
export class DesktopVSCode {
  private constructor(private readonly processes: ProcessGroup) {}

  /** Starts the VS Code that is installed; where there is none, one that is downloaded once. */
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

  /** Resolves when the person has closed it. */
  async ended(): Promise<void> {
    await this.processes.ended();
  }

  async stop(): Promise<void> {
    await this.processes.stop();
  }
}

/** VS Code's command line does its work and leaves. @throws with what it said when that fails */
async function runCommandLine(program: string, args: readonly string[]): Promise<void> {
  const script = resolveCliPathFromVSCodeExecutablePath(program);
  await promisify(execFile)(script, args, { env: cleanEnvironment({}), shell: process.platform === 'win32' });
}

/** The program itself of the VS Code in PATH, where `code` is but a script beside it that starts it and leaves. */
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
