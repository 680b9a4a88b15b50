import type { Size } from '../session';
import { quote } from './quote';

/** The socket of the tmux server that keeps shells, apart from the one the user may run. */
export const socket = 'celesto';

/** Lines of scroll-back that tmux remembers of a shell, to draw them when somebody comes back. */
const historyLimit = 20_000;

/** What a shell should know of the connection that it was last attached from. */
const refreshed = ['COLORTERM', 'LANG', 'LC_ALL', 'SSH_AUTH_SOCK', 'SSH_CLIENT', 'SSH_CONNECTION', 'SSH_TTY'];

/** Leaves a client that is attached, which then asks how the shell ended; or else forgets the shell. */
const onDeath = `if-shell -F "#{session_attached}" "run-shell -C \\"detach-client -s '=#{session_name}'\\"" kill-session`;

/**
 * Script lines that keep `$shell` in a tmux session, or go back to it. tmux runs in control mode: it hands the shell's
 * output on as it comes and draws nothing itself, so scroll-back, mouse, clipboard and colours are the terminal's own. It
 * reads none of the user's tmux settings. Goes on where there is no tmux that can (3.2 or newer), else exits as the shell did.
 */
export function keptByTmux(name: string, { rows, columns }: Size): string {
  const commands = [
    ['set', '-g', 'default-terminal', 'xterm-256color'],
    ['set', '-g', 'history-limit', String(historyLimit)],
    ['set', '-g', 'remain-on-exit', 'on'],
    ['set', '-g', 'automatic-rename', 'off'],
    ['set', '-g', 'allow-rename', 'off'],
    ['set', '-g', 'set-clipboard', 'off'],
    ['set', '-g', 'status', 'off'],
    ['set', '-g', 'update-environment', refreshed.join(' ')],
    ['set-hook', '-g', 'pane-died', onDeath],
    [...['new-session', '-A', '-D', '-s', name, '-x', String(columns), '-y', String(rows)], 'sh', '-c'],
    ['refresh-client', '-C', `${columns}x${rows}`],
    ['display-message', '-p', 'celesto #{version} #{pane_dead} #{@kept}'],
    ['set', '@kept', 'again'],
  ];
  const words = commands.map((command) => {
    const line = command.map(quote).join(' ');
    return command.at(-1) === '-c' ? `${line} "$shell" sh "$bash" "$zsh" "$fish"` : line;
  });
  return `
    case $(tmux -V 2>/dev/null) in
    tmux\\ [012].*|tmux\\ 3.[01]|tmux\\ 3.[01][a-z]*) ;;
    tmux*) if tmux -u -L ${socket} -f /dev/null -CC ${words.join(" ';' ")} 2>/dev/null; then
    IFS=, read -r dead code signal <<CELESTO
    $(tmux -L ${socket} display-message -p -t '=${name}:' '#{pane_dead},#{pane_dead_status},#{pane_dead_signal}' ';' if-shell -F -t '=${name}:' '#{pane_dead}' 'kill-session -t =${name}' 2>/dev/null)
    CELESTO
    [ -z "$signal" ] || kill -"\${signal#SIG}" $$
    exit "\${code:-0}"
    fi ;;
    esac
  `;
}
