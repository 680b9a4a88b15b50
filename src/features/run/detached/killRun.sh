# Kills the processes of a run: those of its session, and those that have left it.
if read -r pid <@folder@/pid; then kill -KILL "-$pid"; fi 2>/dev/null
@killByRunId@
rm -rf @folder@
