import { t } from '@vscode/l10n';
import { execLimits } from '../../api/wire';
import { countCharacters } from '../../base/text';
import { quote, wrapForAnyShell } from '../../shell/quoting';
import { type Command, CommandError } from './command';
import type { RunFiles } from './detached/detachedScripts';
import { exportRunId } from './runId';

/** Characters of a command line over SSH. Linux takes 128 KiB as one argument of a program. */
const maxArgumentLength = 120_000;

/** Bytes of a detached command with its input. The command becomes one argument of a shell. */
export const maxDetachedBytes = 120_000;

/**
 * The command line for SSH: it runs the command in the user's own login shell.
 * @throws CommandError when it is longer than a system takes
 */
export function loginCommand(command: Command, runId: string): string {
  const line = wrapForAnyShell(`${exportRunId(runId)}\n${inLoginShell(command)}`);
  if (line.length > maxArgumentLength) {
    throw new CommandError(
      t(
        'A command can have at most {0} characters. This one has {1}, so it was not run. Put it in a file on the computer.',
        maxArgumentLength.toLocaleString('en'),
        line.length.toLocaleString('en'),
      ),
    );
  }
  return line;
}

/**
 * The script for the service's exec call. That call has no standard input, so the input is a here-document.
 * @returns undefined when it is longer than the service takes
 * @throws CommandError
 */
export function serviceScript(command: Command, runId: string): string | undefined {
  const script = `${exportRunId(runId)}\n${withHereDocument(scriptOf(command), command.input, runId)}`;
  return countCharacters(script) <= execLimits.length ? script : undefined;
}

/**
 * The files of a detached run: a script that runs the command in the user's own login shell, and its input.
 * @throws CommandError when they are too long
 */
export function detachedFiles(command: Command): RunFiles {
  const files = { command: `${inLoginShell(command)}\n`, input: command.input ?? '' };
  const bytes = Buffer.byteLength(files.command) + Buffer.byteLength(files.input);
  if (bytes > maxDetachedBytes) throw new CommandError(tooLong(bytes));
  return files;
}

/** A POSIX script that becomes the user's login shell, which runs the command. */
function inLoginShell(command: Command): string {
  return `[ -x "$SHELL" ] || SHELL=/bin/sh\nexec "$SHELL" -lc ${quote(scriptOf(command))}`;
}

/** @throws CommandError for a zero byte, and for a name that is no shell variable */
function scriptOf({ line, cwd = '', env = {} }: Command): string {
  if ([line, cwd, ...Object.values(env)].some((text) => text.includes('\0')))
    throw new CommandError(t('A command cannot contain a null byte.'));
  const exports = Object.entries(env).map(([name, value]) => {
    if (!/^[A-Za-z_]\w*$/.test(name)) throw new CommandError(t('"{0}" is not a valid variable name.', name));
    return `export ${name}=${quote(value)}`;
  });
  const directory = cwd.trim();
  return [...(directory ? [`cd -- ${quotePath(directory)} || exit`] : []), ...exports, line].join('\n');
}

/** Quotes a path, except for a leading `~`, which the shell expands. */
function quotePath(path: string): string {
  if (path === '~') return '"$HOME"';
  return path.startsWith('~/') ? `"$HOME"/${quote(path.slice(2))}` : quote(path);
}

function withHereDocument(script: string, input: string | undefined, runId: string): string {
  if (input === undefined) return script;
  const delimiter = `CELESTO_${runId}`;
  return `${script} <<'${delimiter}'\n${input}${input.endsWith('\n') ? '' : '\n'}${delimiter}`;
}

function tooLong(bytes: number): string {
  return t(
    'Without SSH, a command with its input can have at most {0} bytes. This one has {1}, so it was not run. Shorten it, or put it in a file on the computer.',
    maxDetachedBytes.toLocaleString('en'),
    bytes.toLocaleString('en'),
  );
}
