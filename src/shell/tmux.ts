import type { Size } from './session';
import { exitMarker } from './startMarker';
import { quote } from './quoting';

/** How the sockets of the tmux servers that keep shells are named, apart from that of the one the user may run. */
export const socketPrefix = 'celesto-';

/** The folder of tmux's sockets, for a POSIX shell. */
export const socketFolder = '"${TMUX_TMPDIR:-/tmp}/tmux-$(id -u)"';

/** Lines of scroll-back that tmux remembers of a shell, to draw them when somebody comes back. */
const historyLimit = 20_000;

/** What a shell should know of the connection that it was last attached from. */
const refreshed = ['COLORTERM', 'LANG', 'LC_ALL', 'SSH_AUTH_SOCK', 'SSH_CLIENT', 'SSH_CONNECTION', 'SSH_TTY'];

/**
 * Runs the shell and says in the end how it went, which tmux tells nobody. Then stays a moment: tmux may drop the last
 * output of a program that is gone. Whoever hears it ends the session. What sh would add about a signal is not shown.
 */
const runner = (name: string): string =>
  `exec 9>&2 2>/dev/null; (exec 2>&9 9>&-; eval "$0"); printf '${exitMarker(name)}' $?; sleep 2`;

/**
 * Script lines that keep `$shell` in a tmux session, or go back to it. tmux runs in control mode: it hands the shell's
 * output on as it comes and draws nothing itself, so scroll-back, mouse, clipboard and colours are the terminal's own. It
 * reads none of the user's tmux settings. Goes on where there is no tmux that can (3.2 or newer), else
 * exits. A server that is just ending, its last shell being gone, hangs up without a word, and is asked again.
 *
 * Up to 3.6b a tmux server crashes, and takes all its shells along, when anything changes in it or a client is gone while
 * another is saying who it is (tmux issue 4980). So each shell has a server of its own, to which nobody comes
 * before the last one has left, and a client hears nothing of a line that is hung up: the server tells it. But a client
 * that the server still has something for never leaves a dead line (as of 3.7), and meanwhile the shell's output is not
 * read, so that what runs there stands still: it is ended by who began it, or else by who comes next.
 */
export function persistInTmux(name: string, { rows, columns }: Size): string {
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
      runner(name),
    ],
    ['refresh-client', '-C', `${columns}x${rows}`],
    ['display-message', '-p', 'celesto #{version} #{@kept}'],
    ['set', '@kept', 'again'],
  ];
  const words = commands.map((command) => {
    const line = command.map(quote).join(' ');
    return command.includes('new-session') ? `${line} "$shell" "$bash" "$zsh" "$fish"` : line;
  });
  return `
    case $(tmux -V 2>/dev/null) in
    tmux\\ [012].*|tmux\\ 3.[01]|tmux\\ 3.[01][a-z]*) ;;
    tmux*)
      alone=$(command -v setsid)
      kept="tmux -L ${socketPrefix}${name}"
      for socket in "\${TMUX_TMPDIR:-/tmp}"/tmux-*/${socketPrefix}${name}; do
        [ -O "$socket" ] && $kept detach-client -s ${name} || continue
        for try in $(seq 20); do
          others=$($kept list-clients -F#{client_pid})
          [ "$others" ] || break
          [ $try -lt 5 ] || kill -HUP $others
          sleep 0.05
        done
      done 2>/dev/null
      exec 3>&1
      for try in $(seq 20); do
        if trouble=$(
          trap 'sleep 1; kill $!' HUP
          $alone $kept -u -f /dev/null -CC ${words.join(" ';' ")} <&3 2>&1 >&3 3>&- &
          wait $!
        ); then
          $kept has-session 2>/dev/null || rm -f ${socketFolder}/${socketPrefix}${name}
          exit
        fi
        [ -z "$trouble" ] || break
        sleep 0.15
      done
      exec 3>&- ;;
    esac
  `;
}
