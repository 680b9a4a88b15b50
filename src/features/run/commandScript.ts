import { t } from '@vscode/l10n';
import { execLimits } from '../../api/wire';
import { forAnyShell, quote } from '../../shell/quote';
import type { Size } from '../../shell/session';
import { exportRunId } from './runId';

/** What is to be run on a computer. */
export interface Command {
  /** One or more lines for a shell. */
  readonly line: string;
  /** What it reads from standard input. Without it, it runs in a terminal and reads what is typed. */
  readonly input?: string | undefined;
  /** The directory to run in, as a person writes it; the home folder unless said. */
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** A command on its way to a computer. */
export interface CommandRequest {
  readonly command: Command;
  /** Read when the command begins: a window may be resized while the connection is made. */
  readonly size: () => Size;
  /** Told what a person should know before the command begins. */
  readonly say: (line: string) => void;
}

/** A command that cannot be run as it is. `message` is a sentence for a person. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** Linux takes 128 KiB as one argument of a program. */
const maxArgumentLength = 120_000;

/**
 * The command line for SSH: it runs the command as the user logs in, whichever their shell is.
 * @throws CommandError when it is longer than a system takes
 */
export function loginCommand(command: Command, runId: string): string {
  const script = [
    exportRunId(runId),
    '[ -x "$SHELL" ] || SHELL=/bin/sh',
    `exec "$SHELL" -lc ${quote(scriptOf(command))}`,
  ].join('\n');
  const line = forAnyShell(script);
  if (line.length > maxArgumentLength) {
    throw new CommandError(
      t('This is too long for one command. Nothing was run. Put it into a file, and run that.'),
    );
  }
  return line;
}

/**
 * The script for the service's call, which gives commands no standard input: it is part of the script. It carries the
 * mark if there is room for it.
 * @throws CommandError when it is longer than the service takes
 */
export function serviceScript(command: Command, runId: string): { script: string; hasRunId: boolean } {
  const script = withInput(scriptOf(command), command.input, runId);
  const length = lengthOf(script);
  if (length > execLimits.length) throw new CommandError(tooLong(length));
  const marked = `${exportRunId(runId)}\n${script}`;
  const hasRunId = lengthOf(marked) <= execLimits.length;
  return { script: hasRunId ? marked : script, hasRunId };
}

/** @throws CommandError for what no shell takes as the name of a variable, or no computer takes at all */
function scriptOf({ line, cwd = '', env = {} }: Command): string {
  if ([line, cwd, ...Object.values(env)].some((text) => text.includes('\0')))
    throw new CommandError(t('A command cannot hold a zero byte.'));
  const variables = Object.entries(env).map(([name, value]) => {
    if (!/^[A-Za-z_]\w*$/.test(name)) throw new CommandError(t('"{0}" is no name for a variable.', name));
    return `export ${name}=${quote(value)}`;
  });
  const directory = cwd.trim();
  return [...(directory ? [`cd -- ${path(directory)} || exit`] : []), ...variables, line].join('\n');
}

function path(directory: string): string {
  if (directory === '~') return '"$HOME"';
  return directory.startsWith('~/') ? `"$HOME"/${quote(directory.slice(2))}` : quote(directory);
}

function withInput(script: string, input: string | undefined, mark: string): string {
  if (input === undefined) return script;
  const end = `CELESTO_${mark}`;
  return `${script} <<'${end}'\n${input}${input.endsWith('\n') ? '' : '\n'}${end}`;
}

/** As the service counts: characters, not the halves that some of them are stored in. */
function lengthOf(text: string): number {
  return Array.from(text).length;
}

function tooLong(length: number): string {
  return t(
    'Without SSH a computer takes {0} characters at most; this has {1}. Nothing was run. Put it into a file there, or shorten it.',
    execLimits.length.toLocaleString('en'),
    length.toLocaleString('en'),
  );
}
