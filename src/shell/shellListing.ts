import { assertShellName } from './quoting';
import { screenFolder, screenPrefix } from './gnuScreen';
import { socketFolder, socketPrefix } from './tmux';

/** A shell that is kept on a computer. */
export interface PersistentShell {
  /** The name that it was wished for with. */
  readonly name: string;
  readonly persistedBy: 'tmux' | 'screen';
  readonly created: Date;
  /** Somebody is with it now. */
  readonly attached: boolean;
  /** The program that runs in it; the shell itself at its prompt. */
  readonly command: string;
  /** The directory that it is in, an absolute path. */
  readonly directory: string;
}

const separator = '\t';

/**
 * The command that lists the shells kept on a computer, to be run as the user that the terminals belong to; a POSIX shell
 * reads it. Its output is for `parseShellListing`. A socket that has been without a server for a minute is removed on the way.
 */
export function listShellsCommand(): string {
  const fields = ['session_name', 'session_created', 'session_attached', 'pane_current_command'];
  const format = ['tmux', ...[...fields, 'pane_current_path'].map((name) => `#{${name}}`)].join(separator);
  return `
for socket in ${socketFolder}/${socketPrefix}*; do
  [ ! -S "$socket" ] || tmux -S "$socket" list-panes -a -F '${format}' || find "$socket" -mmin +1 -exec rm -f {} ';'
done 2>/dev/null
SCREENDIR=${screenFolder} screen -ls ${screenPrefix} 2>/dev/null | while read -r session state; do
  case $session in *.${screenPrefix}*) ;; *) continue ;; esac
  case $state in *Attached*) attached=1 ;; *) attached=0 ;; esac
  screen=\${session%%.*}
  runner=$(cut -d ' ' -f 1 "/proc/$screen/task/$screen/children")
  shell=$(cut -d ' ' -f 1 "/proc/$runner/task/$runner/children")
  front=$(cut -d ' ' -f 8 "/proc/$shell/stat")
  printf '${['screen', '%s', '%s', '%s', '%s', '%s'].join('\\t')}\\n' "\${session#*.${screenPrefix}}" "$(stat -c %Y "/proc/$screen")" \\
    "$attached" "$(cat "/proc/$front/comm")" "$(readlink "/proc/$shell/cwd")"
done 2>/dev/null
:`;
}

/** Reads what that command wrote. Lines that it does not know are left out. */
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

/** The command that ends a kept shell and what runs in it. It exits with 0 even when there is none any more. */
export function endShellCommand({
  name,
  persistedBy,
}: Pick<PersistentShell, 'name' | 'persistedBy'>): string {
  assertShellName(name);
  return persistedBy === 'tmux'
    ? `tmux -L ${socketPrefix}${name} kill-session 2>/dev/null || :`
    : `SCREENDIR=${screenFolder} screen -S ${screenPrefix}${name} -X quit >/dev/null || :`;
}
