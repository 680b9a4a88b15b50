import { readdirSync, readFileSync } from 'node:fs';

export interface MarkedProcess {
  readonly pid: number;
  readonly command: string;
}

/** Environment variable that marks the processes of a layer's run: their children inherit it. */
export const markVariable = 'TEST_RUN';

/** The processes with this mark. Linux alone shows the environment of other processes; elsewhere none is found. */
export function markedProcesses(mark: string): MarkedProcess[] {
  if (process.platform !== 'linux') return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids
    .filter((pid) => readProcess(pid, 'environ').split('\0').includes(`${markVariable}=${mark}`))
    .map((pid) => ({ pid: Number(pid), command: readProcess(pid, 'cmdline').replaceAll('\0', ' ').trim() }))
    .filter(({ command }) => command !== ''); // A zombie has none.
}

/** Empty for a process that has ended meanwhile, or of another user. */
function readProcess(pid: string, file: 'environ' | 'cmdline'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
