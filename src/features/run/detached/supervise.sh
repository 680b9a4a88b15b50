# Runs the command of a run, and keeps its output in numbered files until they are read and removed. Of more than @maxUnread@,
# the command waits, as for a full pipe; when nobody has read any for a day, the pipe is closed.
run=$PWD
max=@maxUnread@
{
  (cd || :; exec sh "$run/command") <input 2>&1
  echo $? >code.new && mv code.new code
} | {
  n=0
  while dd bs=@chunkBytes@ count=1 of=part 2>/dev/null && [ -s part ]; do
    mv part "$n" || exit
    n=$((n + 1))
    while [ -e "$((n - max))" ]; do
      sleep 1
      [ -z "$(find . -prune -mtime +0)" ] || exit
    done
  done
  : >closed
}
