import { fillScript } from '../base/fillScript';
import { screenFolder, screenPrefix } from './gnuScreen';
import listShellsScript from './listShells.sh';
import { assertShellName } from './quoting';
import { socketFolder, socketPrefix } from './tmux';

/** A shell that persists on a computer while no terminal is attached. */
export interface PersistentShell {
  /** The name that it was launched with. */
  readonly name: string;
  readonly persistedBy: 'tmux' | 'screen';
  readonly created: Date;
  /** True while a terminal is attached, of this window or another. */
  readonly attached: boolean;
  /** The program in the foreground; at the prompt, the shell itself. */
  readonly command: string;
  /** Its working directory, an absolute path. */
  readonly directory: string;
}

const separator = '\t';

/**
 * The command that lists the persistent shells on a computer, for a POSIX shell of the user that the terminals belong to.
 * It also removes sockets that have had no server for a minute. {@link parseShellListing} reads its output.
 */
export function listShellsCommand(): string {
  const fields = ['session_name', 'session_created', 'session_attached', 'pane_current_command'];
  const format = ['tmux', ...[...fields, 'pane_current_path'].map((name) => `#{${name}}`)].join(separator);
  const values = { socketFolder, socketPrefix, screenFolder, screenPrefix, format };
  return `\n${fillScript(listShellsScript, values)}`;
}

/** Parses the output of {@link listShellsCommand}. Skips lines of another form. */
export function parseShellListing(output: string): PersistentShell[] {
  return output.split('\n').flatMap((line) => {
    const [persistedBy, name, created, attached, command = '', ...directory] = line.split(separator);
    if ((persistedBy !== 'tmux' && persistedBy !== 'screen') || !name || !/^\d+$/.test(created ?? ''))
      return [];
    return {
      ...{ name, persistedBy, command, directory: directory.join(separator) },
      created: new Date(Number(created) * 1000),
      attached: attached !== '0',
    };
  });
}

/** The command that ends a persistent shell with its programs. It exits with 0 also when the shell is gone. */
export function endShellCommand({
  name,
  persistedBy,
}: Pick<PersistentShell, 'name' | 'persistedBy'>): string {
  assertShellName(name);
  return persistedBy === 'tmux'
    ? `tmux -L ${socketPrefix}${name} kill-session 2>/dev/null || :`
    : `SCREENDIR=${screenFolder} screen -S ${screenPrefix}${name} -X quit >/dev/null || :`;
}
