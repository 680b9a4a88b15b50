import { readdirSync, readFileSync } from 'node:fs';

export interface MarkedProcess {
  readonly pid: number;
  readonly command: string;
}

/** The variable that marks all that a run of the tests starts, however far down. */
export const markVariable = 'TEST_RUN';

/** The processes with this mark. Linux alone tells the environment of other processes; elsewhere there are none to be seen. */
export function markedProcesses(mark: string): MarkedProcess[] {
  if (process.platform !== 'linux') return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids
    .filter((pid) => readProcess(pid, 'environ').split('\0').includes(`${markVariable}=${mark}`))
    .map((pid) => ({ pid: Number(pid), command: readProcess(pid, 'cmdline').replaceAll('\0', ' ').trim() }))
    .filter(({ command }) => command !== ''); // One that has ended, but whose parent has not asked how.
}

/** Empty for a process that has gone meanwhile, or is somebody else's. */
function readProcess(pid: string, file: 'environ' | 'cmdline'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
