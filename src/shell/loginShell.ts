import { t } from '@vscode/l10n';
import type { ShellOptions } from './session';
import { compact, quote } from './quoting';

/**
 * A POSIX script that becomes the user's login shell, as sshd starts one where no command is asked for: with the message
 * of the day, and in the directory wished for. No file stays behind, and none of the user's is touched. To mark their
 * prompts, bash, zsh and fish begin with `$1`, `$2` and `$3`.
 */
export function loginShell({ cwd, nonce }: Pick<ShellOptions, 'cwd' | 'nonce'>): string {
  return compact(`
    unset TMUX TMUX_PANE TERM_PROGRAM TERM_PROGRAM_VERSION
    [ -z "$STY" ] || unset SCREENDIR
    [ -e ~/.hushlogin ] || for file in /run/motd.dynamic /etc/motd; do [ ! -s "$file" ] || cat "$file"; done
    ${cwd.trim() === '' ? '' : changeDirectory(cwd.trim())}
    [ -x "$SHELL" ] || { SHELL=$(getent passwd "$(id -un)"); SHELL=\${SHELL##*:}; }
    [ -x "$SHELL" ] || SHELL=/bin/sh
    export SHELL
    ${nonce === undefined ? '' : marking}
    case \${SHELL##*/} in *sh) exec "$SHELL" -l ;; esac
    exec "$SHELL"
  `);
}

function changeDirectory(directory: string): string {
  return `
    directory=${quote(directory)}
    case $directory in '~') directory=$HOME ;; '~/'*) directory=$HOME/\${directory#??} ;; esac
    CDPATH= cd -- "$directory" 2>/dev/null || printf '%s\\n' ${quote(t('There is no directory {0} here.', directory))}
  `;
}

/** Begins one of the shells that can mark their prompts. GNU screen would cut the marks short, so not within it. */
const marking = `
  case $STY\${SHELL##*/} in
  bash) if [ -e /dev/fd/0 ]; then
  export ENV=/dev/fd/9
  exec "$SHELL" --posix -l 9<<CELESTO
  $1
  CELESTO
  fi ;;
  zsh) if folder=$(mktemp -d); then
  printf '%s\\n' "$2" >"$folder/.zshenv"
  export ZDOTDIR="$folder"
  exec "$SHELL" -l
  fi ;;
  fish) exec "$SHELL" -l --init-command "$3" ;;
  esac
`;
