# Becomes the login shell of the user, as sshd starts one where no command is requested.
unset TMUX TMUX_PANE TERM_PROGRAM TERM_PROGRAM_VERSION
[ -z "$STY" ] || unset SCREENDIR
[ -e ~/.hushlogin ] || for file in /run/motd.dynamic /etc/motd; do [ ! -s "$file" ] || cat "$file"; done
@changeDirectory@
[ -x "$SHELL" ] || { SHELL=$(getent passwd "$(id -un)"); SHELL=${SHELL##*:}; }
[ -x "$SHELL" ] || SHELL=/bin/sh
export SHELL
@startIntegratedShell@
case ${SHELL##*/} in *sh) exec "$SHELL" -l ;; esac
exec "$SHELL"
