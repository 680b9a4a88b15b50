import { parseDate } from '../base/date';
import type { Computer } from './computer';
import { statusOf } from './statusTable';

/** Milliseconds before the deletion of a disk in which it is warned of: five days. */
const warningMs = 5 * 86_400_000;

type WithDisk = Pick<Computer, 'diskDeleteAt' | 'status'>;

/** Time at which the service deletes the disk of a computer that does not run. Undefined where it names none. */
export function diskDeletionOf({ diskDeleteAt, status }: WithDisk): Date | undefined {
  return diskDeleteAt === undefined || statusOf(status).isRunning ? undefined : parseDate(diskDeleteAt);
}

/** True from five days before the service deletes the disk. @param now milliseconds since the epoch */
export function isDiskDeletedSoon(computer: WithDisk, now: number): boolean {
  const deletion = diskDeletionOf(computer);
  return deletion !== undefined && deletion.getTime() - now <= warningMs;
}
