# The .zshenv of a temporary ZDOTDIR: marks prompts and commands for VS Code.
command rm -rf -- "$ZDOTDIR"
unset ZDOTDIR
__celesto_nonce=@nonce@
__celesto_ran=
__celesto_a=$'%{\e]633;A\a%}'
__celesto_b=$'%{\e]633;B\a%}'
__celesto_f=$'%{\e]633;F\a%}'
__celesto_g=$'%{\e]633;G\a%}'
__celesto_tell() {
  emulate -L zsh
  local value=${2//\\/\\\\}
  value=${value//;/'\x3b'}
  value=${value//$'\n'/'\x0a'}
  value=${value//$'\t'/'\x09'}
  value=${value//$'\e'/'\x1b'}
  print -rn -- $'\e]633;'$1${value//[[:cntrl:]]/}$3$'\a'
}
__celesto_before() {
  __celesto_ran=1
  __celesto_tell 'E;' "${1:-$3}" ";$__celesto_nonce"
  builtin print -n '\e]633;C\a'
}
__celesto_done() {
  local result=$?
  builtin print -n "\e]633;D${__celesto_ran:+;$result}\a"
  __celesto_ran=
  return $result
}
# Runs last, since the user's own functions may make a new prompt each time.
__celesto_mark() {
  local result=$?
  __celesto_tell 'P;Cwd=' "$PWD" ''
  PS1=${PS1//"$__celesto_a"/} PS1=$__celesto_a${PS1//"$__celesto_b"/}$__celesto_b
  PS2=${PS2//"$__celesto_f"/} PS2=$__celesto_f${PS2//"$__celesto_g"/}$__celesto_g
  return $result
}
# zsh goes through the list as it was before, so at the first prompt others may come after this one.
__celesto_start() {
  local result=$?
  precmd_functions=(__celesto_done ${precmd_functions:#__celesto_start} __celesto_mark)
  preexec_functions+=(__celesto_before)
  builtin print -n '\e]633;P;IsWindows=False\a\e]633;P;HasRichCommandDetection=True\a'
  __celesto_mark
  autoload -Uz add-zle-hook-widget
  add-zle-hook-widget line-init __celesto_first
  return $result
}
__celesto_first() {
  add-zle-hook-widget -d line-init __celesto_first
  [[ $PS1 == *"$__celesto_a"* ]] && return
  __celesto_mark
  zle reset-prompt
}
precmd_functions=(__celesto_start)
[[ ! -r ~/.zshenv ]] || . ~/.zshenv
