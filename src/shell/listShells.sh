for socket in @socketFolder@/@socketPrefix@*; do
  [ ! -S "$socket" ] || tmux -S "$socket" list-panes -a -F '@format@' || find "$socket" -mmin +1 -exec rm -f {} ';'
done 2>/dev/null
SCREENDIR=@screenFolder@ screen -ls @screenPrefix@ 2>/dev/null | while read -r session state; do
  case $session in *.@screenPrefix@*) ;; *) continue ;; esac
  case $state in *Attached*) attached=1 ;; *) attached=0 ;; esac
  screen=${session%%.*}
  runner=$(cut -d ' ' -f 1 "/proc/$screen/task/$screen/children")
  shell=$(cut -d ' ' -f 1 "/proc/$runner/task/$runner/children")
  front=$(cut -d ' ' -f 8 "/proc/$shell/stat")
  printf 'screen\t%s\t%s\t%s\t%s\t%s\n' "${session#*.@screenPrefix@}" "$(stat -c %Y "/proc/$screen")" \
    "$attached" "$(cat "/proc/$front/comm")" "$(readlink "/proc/$shell/cwd")"
done 2>/dev/null
:
