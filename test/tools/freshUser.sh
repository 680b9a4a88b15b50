# shellcheck shell=bash
# Steps of a new user on the machine of freshMachine.sh: clone the project, `npm test`, `npm start`, open the address.
# Takes the arguments of `npm test`. Fails when one of the two commands does.
set -uo pipefail

test_project() {
  echo "npm test${*:+ -- $*}"
  npm test -- "$@"
}

# Starts the product, checks that its address answers, and presses Ctrl+C.
start_product() {
  local log=/root/start.log address='' npm seconds code=0
  echo 'npm start'
  : >"$log"
  set -m # A process group of its own for the job, as in a terminal: Ctrl+C reaches all of it.
  npm start >"$log" 2>&1 &
  npm=$!
  set +m
  for ((seconds = 0; seconds < 1200; seconds++)); do
    address=$(sed -n 's/.*Celesto Computers is running: *//p' "$log")
    if [[ -n $address ]] || ! kill -0 "$npm" 2>/dev/null; then break; fi
    sleep 1
  done
  answers "$address" || problem="npm start: nothing answered at '$address'"
  kill -INT -- "-$npm" 2>/dev/null
  wait "$npm" || code=$?
  cat "$log"
  [[ -z $problem ]] || return 1
  # npm reports a Ctrl+C as 130, whatever came of its script.
  [[ $code = 0 || $code = 130 ]] || problem="npm start ended with exit code $code"
  ! answers "$address" || problem="npm start ended, and $address still answers"
  [[ -z $problem ]]
}

answers() {
  node --input-type=module --eval 'if (!(await fetch(process.argv[1])).ok) process.exit(1)' "$1" 2>/dev/null
}

git clone --quiet /project.git /root/celesto-vscode
rm -rf /project.git
cd /root/celesto-vscode || exit

problem=''
failed=0
test_project "$@" || failed=1
if start_product; then echo 'npm start: its address answered, and Ctrl+C ended it'; else failed=1; fi
[[ -z $problem ]] || echo "$problem" >&2
exit "$failed"
