import { randomBytes } from 'node:crypto';

/** A name for one run, by which its processes are found. */
export function newRunId(): string {
  return randomBytes(8).toString('hex');
}

/** A line of shell that gives the mark to the command and to all that it starts. */
export function exportRunId(runId: string): string {
  return `export CELESTO_RUN=${runId}`;
}

/**
 * A POSIX script that ends all processes of a run at once. It looks again until there is none left, since one may have
 * started another meanwhile. Linux alone has the list that it looks into; elsewhere it does nothing.
 */
export function killScript(runId: string): string {
  return [
    'for round in 1 2 3 4 5; do',
    `files=$(grep -ls 'CELESTO_RUN=${runId}' /proc/[0-9]*/environ)`,
    '[ "$files" ] || break',
    'for file in $files; do file=${file#/proc/}; kill -KILL "${file%/environ}"; done',
    'done 2>/dev/null',
  ].join('\n');
}
