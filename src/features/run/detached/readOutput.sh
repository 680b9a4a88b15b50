# Waits for news of a run, then prints its output from the chunk @next@ on, and its state. Chunks that were read go. The state
# is read before the chunks, so that no output follows an end.
cd @folder@ 2>/dev/null || { echo celesto state gone; exit; }
touch .
n=@first@
next=@next@
end=@end@
while [ "$n" -lt "$next" ]; do rm -f "$n"; n=$((n + 1)); done
alive() { { ! read -r leader <pid || kill -0 "$leader"; } 2>/dev/null; }
rounds=@rounds@
while [ "$rounds" -gt 0 ] && [ ! -e "$next" ] && [ ! -e closed ] && alive; do
  # Output that is still on its way arrives within a round; later output of processes in the background is not waited for.
  [ ! -e code ] || rounds=1
  sleep 0.2 2>/dev/null || sleep 1
  rounds=$((rounds - 1))
done
state=lost
alive && state=running
[ -s pid ] || state=stored
[ ! -e code ] || state="exited $(cat code)"
[ ! -e code ] || [ ! -e closed ] || state="closed $(cat code)"
n=$next
while [ "$n" -lt "$end" ] && [ -e "$n" ]; do
  echo "celesto chunk $n $(($(wc -c <"$n")))"
  base64 <"$n"
  n=$((n + 1))
done
echo "celesto state $state"
