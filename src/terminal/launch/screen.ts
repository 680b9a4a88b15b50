import { prefaces, say } from './preface';

/** How the sessions of GNU screen that keep shells are named. */
export const screenPrefix = 'celesto-';

/** Their folder of sockets, apart from that of the user's own, which a container may not have. */
export const screenFolder = '/tmp/celesto-$(id -u)';

/** What makes screen draw as little of its own as it can. */
const settings = [
  'startup_message off',
  'deflogin off',
  'vbell off',
  'msgwait 0',
  'hardstatus off',
  'altscreen on',
  'defbce on',
  'defutf8 on',
  'defscrollback 10000',
  'termcapinfo xterm* ti@:te@',
  'unbindall',
  'escape ""',
];

/**
 * Script lines that keep `$shell` in a session of GNU screen, or go back to it. screen reads none of the user's settings.
 * Its version 4 knows no true colour, so programs are not told of any. Goes on where there is no screen.
 */
export function keptByScreen(name: string): string {
  const session = screenPrefix + name;
  return `
    export SCREENDIR=${screenFolder}
    case $(mkdir -m 700 "$SCREENDIR" 2>/dev/null; screen -ls ${session} 2>/dev/null) in
    *.${session}[[:space:]]*) ${say(prefaces.screenAgain)}
    screen -U -c /dev/null -D -r -S ${session}
    exit ;;
    *Socket*) ${say(prefaces.screen)}
    unset COLORTERM
    type=screen
    for folder in /usr/share/terminfo /lib/terminfo /etc/terminfo; do [ ! -e "$folder/s/screen-256color" ] || type=screen-256color; done
    screen -U -T "$type" -c "/proc/$$/fd/9" -S ${session} sh -c "$shell" sh "$bash" "$zsh" "$fish" 9<<'CELESTO'
    ${settings.join('\n')}
    CELESTO
    exit ;;
    esac
    unset SCREENDIR
  `;
}
