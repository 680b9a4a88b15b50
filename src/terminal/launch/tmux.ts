import type { Size } from '../session';
import { farewell } from './preface';
import { quote } from './quote';

/** The socket of the tmux server that keeps shells, apart from the one the user may run. */
export const socket = 'celesto';

/** Lines of scroll-back that tmux remembers of a shell, to draw them when somebody comes back. */
const historyLimit = 20_000;

/** What a shell should know of the connection that it was last attached from. */
const refreshed = ['COLORTERM', 'LANG', 'LC_ALL', 'SSH_AUTH_SOCK', 'SSH_CLIENT', 'SSH_CONNECTION', 'SSH_TTY'];

/**
 * Runs the shell and says in the end how it went, which tmux tells nobody. Then stays a moment: tmux may drop the last
 * output of a program that is gone. Whoever hears it ends the session. What sh would add about a signal is not shown.
 */
const runner = `exec 9>&2 2>/dev/null; (exec 2>&9 9>&-; eval "$0"); printf '${farewell}' $?; sleep 2`;

/**
 * Script lines that keep `$shell` in a tmux session, or go back to it. tmux runs in control mode: it hands the shell's
 * output on as it comes and draws nothing itself, so scroll-back, mouse, clipboard and colours are the terminal's own. It
 * reads none of the user's tmux settings. Goes on where there is no tmux that can (3.2 or newer), else
 * exits. A server that is just ending, its last shell being gone, hangs up without a word, and is asked again.
 */
export function keptByTmux(name: string, { rows, columns }: Size): string {
  const commands = [
    ['set', '-g', 'default-terminal', 'xterm-256color'],
    ['set', '-g', 'history-limit', String(historyLimit)],
    ['set', '-g', 'automatic-rename', 'off'],
    ['set', '-g', 'allow-rename', 'off'],
    ['set', '-g', 'set-clipboard', 'off'],
    ['set', '-g', 'status', 'off'],
    ['set', '-g', 'update-environment', refreshed.join(' ')],
    [
      ...['new-session', '-A', '-D', '-s', name, '-x', String(columns), '-y', String(rows)],
      'sh',
      '-c',
      runner,
    ],
    ['refresh-client', '-C', `${columns}x${rows}`],
    ['display-message', '-p', 'celesto #{version} #{@kept}'],
    ['set', '@kept', 'again'],
  ];
  const words = commands.map((command) => {
    const line = command.map(quote).join(' ');
    return command.at(-1) === runner ? `${line} "$shell" "$bash" "$zsh" "$fish"` : line;
  });
  return `
    case $(tmux -V 2>/dev/null) in
    tmux\\ [012].*|tmux\\ 3.[01]|tmux\\ 3.[01][a-z]*) ;;
    tmux*)
      exec 3>&1
      for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        trouble=$(tmux -u -L ${socket} -f /dev/null -CC ${words.join(" ';' ")} 2>&1 >&3 3>&-) && exit
        [ -z "$trouble" ] || break
        sleep 0.15
      done
      exec 3>&- ;;
    esac
  `;
}
