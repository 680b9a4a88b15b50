import { t } from '@vscode/l10n';
import { execLimits } from '../../api/wire';
import { quote, wrapForAnyShell } from '../../shell/quoting';
import { type Command, CommandError } from './command';
import { exportRunId } from './runId';

/** Characters of a command line over SSH. Linux takes 128 KiB as one argument of a program. */
const maxArgumentLength = 120_000;

/**
 * The command line for SSH: it runs the command in the user's own login shell.
 * @throws CommandError when it is longer than a system takes
 */
export function loginCommand(command: Command, runId: string): string {
  const script = [
    exportRunId(runId),
    '[ -x "$SHELL" ] || SHELL=/bin/sh',
    `exec "$SHELL" -lc ${quote(scriptOf(command))}`,
  ].join('\n');
  const line = wrapForAnyShell(script);
  if (line.length > maxArgumentLength) {
    throw new CommandError(
      t('The text is too long for one command, so nothing was run. Put it in a file and run the file.'),
    );
  }
  return line;
}

/**
 * The script for the service's exec call. That call has no standard input, so the input is a here-document. The run id
 * is exported where the length limit leaves room for it.
 * @throws CommandError when it is longer than the service takes
 */
export function serviceScript(command: Command, runId: string): { script: string; hasRunId: boolean } {
  const script = withHereDocument(scriptOf(command), command.input, runId);
  const length = codePointsIn(script);
  if (length > execLimits.length) throw new CommandError(tooLong(length));
  const scriptWithRunId = `${exportRunId(runId)}\n${script}`;
  const hasRunId = codePointsIn(scriptWithRunId) <= execLimits.length;
  return { script: hasRunId ? scriptWithRunId : script, hasRunId };
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

/** The service's limit counts code points, not UTF-16 units. */
function codePointsIn(text: string): number {
  return Array.from(text).length;
}

function tooLong(length: number): string {
  return t(
    'Without SSH, a command can have at most {0} characters. This one has {1}, so it was not run. Shorten it, or put it in a file on the computer.',
    execLimits.length.toLocaleString('en'),
    length.toLocaleString('en'),
  );
}
