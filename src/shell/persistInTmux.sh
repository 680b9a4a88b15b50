# Runs $shell in a tmux session of its own server, or attaches to it; goes on where no tmux is fit for that.
# shellcheck disable=SC2086 # $kept holds a command with arguments, $others a list of numbers
# shellcheck disable=SC1083 # the braces belong to a format of tmux
case $(tmux -V 2>/dev/null) in
tmux\ [012].*|tmux\ 3.[01]|tmux\ 3.[01][a-z]*) ;;
tmux*)
  alone=$(command -v setsid)
  kept="tmux -L @socketPrefix@@name@"
  for socket in "${TMUX_TMPDIR:-/tmp}"/tmux-*/@socketPrefix@@name@; do
    [ -O "$socket" ] && $kept detach-client -s @name@ || continue
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
      $alone $kept -u -f /dev/null -CC @tmuxCommands@ <&3 2>&1 >&3 3>&- &
      wait $!
    ); then
      $kept has-session 2>/dev/null || rm -f @socketFolder@/@socketPrefix@@name@
      exit
    fi
    [ -z "$trouble" ] || break
    sleep 0.15
  done
  exec 3>&- ;;
esac
