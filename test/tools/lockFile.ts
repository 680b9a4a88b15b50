import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { MachineError } from './machine.mjs';

/**
 * Acquires a lock that one process at a time can hold. The lock of a process that is gone does not count.
 * @returns a function that releases it
 * @throws MachineError when another process holds it
 */
export function acquireLock(file: string): () => void {
  const holder = readHolder(file);
  if (holder !== undefined && isAlive(holder)) {
    throw new MachineError(
      `This is running already, as process ${holder}. End it there with Ctrl+C. (If that is something else: delete ${file}.)`,
    );
  }
  writeFileSync(file, String(process.pid));
  return () => rmSync(file, { force: true });
}

function readHolder(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
