# Runs after the startup files of fish: marks prompts and commands for VS Code.
set -g __celesto_nonce @nonce@
set -g __celesto_ran
function __celesto_tell
  set -l value (string replace -a \\ \\\\ -- $argv[2] | string replace -a ';' '\x3b' | string replace -a \t '\x09' | string replace -a \e '\x1b' | string join '\x0a')
  printf '\e]633;%s%s%s\a' $argv[1] "$value" $argv[3]
end
function __celesto_before --on-event fish_preexec
  set -g __celesto_ran 1
  __celesto_tell 'E;' "$argv" ";$__celesto_nonce"
  printf '\e]633;C\a'
end
function __celesto_done --on-event fish_postexec
  set -l code $status
  test -z "$__celesto_ran"; or printf '\e]633;D;%s\a' $code
  set -g __celesto_ran
end
function __celesto_cancel --on-event fish_cancel
  printf '\e]633;D\a'
end
function __celesto_status
  return $argv[1]
end
functions -q fish_prompt; or function fish_prompt; printf '%s> ' (prompt_pwd); end
functions -c fish_prompt __celesto_user_prompt
function fish_prompt
  set -l code $status
  __celesto_tell 'P;Cwd=' "$PWD" ''
  printf '\e]633;A\a'
  __celesto_status $code
  __celesto_user_prompt
  printf '\e]633;B\a'
end
printf '\e]633;P;IsWindows=False\a\e]633;P;HasRichCommandDetection=True\a'
