export type VSCodeName = 'newest' | 'floor';
export type ToolName =
  | 'sshd'
  | 'ssh'
  | 'ip'
  | 'unshare'
  | 'python3'
  | 'xvfb'
  | 'x11vnc'
  | 'xterm'
  | 'tmux'
  | 'screen'
  | 'zsh'
  | 'fish'
  | 'perl'
  | 'shellcheck'
  | 'browser'
  | 'fonts';

export interface VSCodeDist {
  /** VS Code's own version. */
  readonly version: string;
  /** The Node that it wants, and the folder of its code-server. */
  readonly node: string;
  readonly codeServer: string;
}

export const emulatorTools: readonly ToolName[];
export const shellTools: readonly ToolName[];

/** A failure whose message alone tells the user what is wrong and what to do. */
export class MachineError extends Error {}

export function findCommand(name: string): string | undefined;
/** Runs a program to its end; rejects with a MachineError that quotes its last lines. */
export function run(
  command: string,
  args: readonly string[],
  options?: { cwd?: string; env?: NodeJS.ProcessEnv },
): Promise<void>;
export function findBrowser(): string | undefined;
/** The Debian packages of tools. */
export function packagesOf(names: readonly ToolName[]): string[];
export function missingTools(names: readonly ToolName[]): string[];
export function ensureTools(names: readonly ToolName[], log: (message: string) => void): Promise<void>;
export function ensureVSCode(name: VSCodeName, log: (message: string) => void): Promise<void>;
export function vscodeDist(name: VSCodeName): VSCodeDist;
