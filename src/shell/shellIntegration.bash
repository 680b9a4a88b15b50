# Becomes a login shell out of POSIX mode, then marks prompts and commands for VS Code.
# shellcheck disable=SC1090,SC1091 # the startup files of the user
# shellcheck disable=SC2016 # expanded by the prompt
# shellcheck disable=SC1007 # an empty HISTTIMEFORMAT, so that no time is printed
# shellcheck disable=SC2178,SC2128 # PROMPT_COMMAND is a string where it is not an array
exec 9<&-
set +o posix
unset ENV
[[ $HISTFILE != ~/.sh_history ]] || HISTFILE=~/.bash_history
[[ ! -r /etc/profile ]] || . /etc/profile
if [[ -r ~/.bash_profile ]]; then . ~/.bash_profile
elif [[ -r ~/.bash_login ]]; then . ~/.bash_login
elif [[ -r ~/.profile ]]; then . ~/.profile
fi
if (( BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 404 )); then
__celesto_ran=
__celesto_number=
__celesto_nonce=@nonce@
__celesto_a='\[\e]633;A\a\]'
__celesto_b='\[\e]633;B\a\]'
__celesto_f='\[\e]633;F\a\]'
__celesto_g='\[\e]633;G\a\]'
__celesto_0='${__celesto_none[__celesto_ran=1]-}$(__celesto_before)'
__celesto_tell() {
  local value=${2//\\/\\\\}
  value=${value//;/\\x3b}
  value=${value//$'\n'/\\x0a}
  value=${value//$'\t'/\\x09}
  value=${value//$'\e'/\\x1b}
  builtin printf '\e]633;%s%s%s\a' "$1" "${value//[[:cntrl:]]/}" "$3"
}
# A command that is not in the history, because the user keeps some out of it, is left to VS Code to read off the screen.
__celesto_before() {
  local pattern='^ *[0-9]+[* ] (.*)$' line
  if [[ $HISTCMD != "$__celesto_number" ]]; then
    line=$(HISTTIMEFORMAT= builtin history 1)
    [[ ! $line =~ $pattern ]] || __celesto_tell 'E;' "${BASH_REMATCH[1]}" ";$__celesto_nonce"
  fi
  builtin printf '\e]633;C\a'
}
__celesto_done() {
  local status=$?
  builtin printf '\e]633;D%s\a' "${__celesto_ran:+;$status}"
  __celesto_ran=
  return "$status"
}
# Runs last, since the user's own commands may make a new prompt each time.
__celesto_mark() {
  local status=$?
  __celesto_number=$HISTCMD
  __celesto_tell 'P;Cwd=' "$PWD"
  PS1=${PS1//"$__celesto_a"/} PS1=$__celesto_a${PS1//"$__celesto_b"/}$__celesto_b
  PS2=${PS2//"$__celesto_f"/} PS2=$__celesto_f${PS2//"$__celesto_g"/}$__celesto_g
  [[ $PS0 == *"$__celesto_0"* ]] || PS0+=$__celesto_0
  return "$status"
}
if [[ $(declare -p PROMPT_COMMAND 2>/dev/null) == 'declare -a'* ]]; then
  PROMPT_COMMAND=(__celesto_done "${PROMPT_COMMAND[@]}" __celesto_mark)
else
  PROMPT_COMMAND=__celesto_done$'\n'${PROMPT_COMMAND:+$PROMPT_COMMAND$'\n'}__celesto_mark
fi
builtin printf '\e]633;P;IsWindows=False\a\e]633;P;HasRichCommandDetection=True\a'
fi
