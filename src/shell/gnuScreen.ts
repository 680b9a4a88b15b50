import { quote } from './quoting';
import { exitMarker, printCommand, startMarkers } from './startMarker';

/** Prefix of the GNU screen sessions that persist shells. */
export const screenPrefix = 'celesto-';

/** Their folder of sockets, apart from that of the user's own, which a container may not have. */
export const screenFolder = '/tmp/celesto-$(id -u)';

/** Input that ends the runner's wait, once the exit marker was received. */
export const exitMarkerReceived = '\x03';

/** Settings that make screen draw as little of its own as possible, and bind no key. */
const settings = [
  'startup_message off',
  'vbell off',
  'msgwait 0',
  'hardstatus off',
  'altscreen on',
  'defutf8 on',
  'defscrollback 10000',
  'termcapinfo xterm* ti@:te@',
  'escape ""',
];

/** For a POSIX shell, the file of the settings of a session. screen reads it anew whenever somebody attaches. */
export function settingsFile(name: string): string {
  return `${screenFolder}/.${screenPrefix}${name}`;
}

/**
 * Runs the shell and says in the end how it went, past screen, which tells nobody. Then stays a moment: screen may drop
 * the last output of a program that is gone. What sh would add about a signal is not shown.
 */
const runner = (name: string): string =>
  [
    'exec 9>&2 2>/dev/null',
    '(exec 2>&9 9>&-; eval "$0")',
    `printf '\\033P${exitMarker(name)}\\033\\\\' $?`,
    'trap exit INT',
    'stty sane -echo',
    'sleep 2',
  ].join('; ');

/**
 * Script lines that keep `$shell` in a session of GNU screen, or go back to it. screen reads none of the user's settings,
 * but ours, from a file that goes with the session. Before its version 5 it knows no true colour, so programs are not told
 * of any. Goes on where there is no screen.
 */
export function persistInScreen(name: string): string {
  const session = screenPrefix + name;
  const file = settingsFile(name);
  return `
    export SCREENDIR=${screenFolder}
    case $(mkdir -m 700 "$SCREENDIR" 2>/dev/null; screen -ls ${session} 2>/dev/null) in
    *.${session}[[:space:]]*) ${printCommand(startMarkers.screenAgain)}
    screen -U -c /dev/null -D -r -S ${session}
    exit ;;
    *Socket*) ${printCommand(startMarkers.screen)}
    case $(screen -v) in
    *' 4.'*) unset COLORTERM; colours= ;;
    *) colours='truecolor on' ;;
    esac
    type=screen
    for folder in /usr/share/terminfo /lib/terminfo /etc/terminfo; do [ ! -e "$folder/s/screen-256color" ] || type=screen-256color; done
    printf '%s\\n' ${settings.map(quote).join(' ')} "$colours" >${file}
    screen -ln -U -T "$type" -c ${file} -S ${session} sh -c ${quote(`trap exit HUP; trap 'rm -f ${file}' EXIT; ${runner(name)}`)} "$shell" "$bash" "$zsh" "$fish"
    exit ;;
    esac
    unset SCREENDIR
  `;
}
