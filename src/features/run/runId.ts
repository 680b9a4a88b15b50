import { randomBytes } from 'node:crypto';

/** The environment variable that every process of a run inherits. */
const runIdVariable = 'CELESTO_RUN';
/** Passes over the process list: a process may have started another one meanwhile. */
const killRounds = '1 2 3 4 5';

/** A random id for one run, by which its processes are found. */
export function newRunId(): string {
  return randomBytes(8).toString('hex');
}

/** A line of shell that exports the run id to the command and to all that it starts. */
export function exportRunId(runId: string): string {
  return `export ${runIdVariable}=${runId}`;
}

/**
 * A POSIX script that kills all processes of a run with SIGKILL, in several rounds until none is left. It reads
 * /proc/PID/environ (proc_pid_environ(5)), which Linux alone has; elsewhere it does nothing.
 */
export function killScript(runId: string): string {
  return [
    `for round in ${killRounds}; do`,
    `files=$(grep -ls '${runIdVariable}=${runId}' /proc/[0-9]*/environ)`,
    '[ "$files" ] || break',
    'for file in $files; do file=${file#/proc/}; kill -KILL "${file%/environ}"; done',
    'done 2>/dev/null',
  ].join('\n');
}
