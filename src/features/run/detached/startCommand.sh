# Starts the command of a run and leaves it running: once, since the second mkdir fails. Removes what other runs left behind
# that nobody has read for a day.
cd @folder@ && mkdir started && cat command.* >./command && cat input.* >./input || exit
find /tmp/celesto-run-* -prune -type d -user "$(id -u)" -mtime +0 -exec rm -rf {} + 2>/dev/null
detach=$(command -v setsid) || detach='nohup'
@exportRunId@
$detach sh ./supervise </dev/null >/dev/null 2>&1 &
echo $! >pid
echo celesto started
