import { minifyScript } from './minifyScript';
import persistInTmuxScript from './persistInTmux.sh';
import { quote } from './quoting';
import type { Size } from './shellSession';
import { exitMarker } from './startMarker';

/** Prefix of the sockets of the tmux servers that persist shells, which keeps them apart from the user's own server. */
export const socketPrefix = 'celesto-';

/** The folder of tmux's sockets, for a POSIX shell. */
export const socketFolder = '"${TMUX_TMPDIR:-/tmp}/tmux-$(id -u)"';

/** Lines of scroll-back that tmux keeps of a shell, to draw them when a terminal attaches. */
const historyLimit = 20_000;

/** Variables that a shell takes from the connection that attached last. */
const updatedEnvironment = [
  'COLORTERM',
  'LANG',
  'LC_ALL',
  'SSH_AUTH_SOCK',
  'SSH_CLIENT',
  'SSH_CONNECTION',
  'SSH_TTY',
];

/**
 * Runs the shell and prints its exit marker, since tmux does not report exit codes. Then stays for a moment: tmux may drop
 * the last output of a program that is gone. The client that reads the marker ends the session. A message of sh about a
 * signal is not shown.
 */
const runner = (name: string): string =>
  `exec 9>&2 2>/dev/null; (exec 2>&9 9>&-; eval "$0"); printf '${exitMarker(name)}' $?; sleep 2`;

/**
 * Script lines that run `$shell` in a tmux session, or attach to it. tmux runs in control mode: it passes the shell's output
 * through as it comes and draws nothing itself, so scroll-back, mouse, clipboard and colours are the terminal's own. It
 * reads none of the user's tmux settings. The script goes on where no tmux 3.2 or newer is installed, else it exits. A
 * server that is just ending, its last shell being gone, hangs up without an answer, and is asked again.
 *
 * Up to 3.6b a tmux server crashes, and takes all its shells along, when anything changes in it or a client is gone while
 * another is identifying itself (tmux issue 4980). So each shell has a server of its own, which no client connects to
 * before the last one has left, and a client does not notice a connection that is hung up: the server tells it. But a
 * client that the server still has something for never leaves a dead connection (as of 3.7), and meanwhile the shell's
 * output is not read, so that its programs stand still: it is ended by its launcher, or else by the next client's.
 */
export function persistInTmux(name: string, { rows, columns }: Size): string {
  const commands = [
    ['set', '-g', 'default-terminal', 'xterm-256color'],
    ['set', '-g', 'history-limit', String(historyLimit)],
    ['set', '-g', 'automatic-rename', 'off'],
    ['set', '-g', 'allow-rename', 'off'],
    ['set', '-g', 'set-clipboard', 'off'],
    ['set', '-g', 'status', 'off'],
    ['set', '-g', 'update-environment', updatedEnvironment.join(' ')],
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
  const quoted = commands.map((command) => {
    const text = command.map(quote).join(' ');
    return command.includes('new-session') ? `${text} "$shell" "$bash" "$zsh" "$fish"` : text;
  });
  const tmuxCommands = quoted.join(" ';' ");
  return minifyScript(persistInTmuxScript, { name, socketPrefix, socketFolder, tmuxCommands });
}
