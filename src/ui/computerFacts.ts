import { t } from '@vscode/l10n';
import { parseDate } from '../base/date';
import { formatMegabytes } from '../base/text';
import type { Computer } from '../computers/computer';
import { diskDeletionOf } from '../computers/diskDeletion';
import { keptFiles, volumePath } from '../computers/keptFiles';
import { statusOf } from '../computers/statusTable';
import { formatDay } from './formatDay';
import { serviceMachineMark } from './serviceMachine';

/** A label and a value. */
export type Fact = [label: string, value: string];

/** Lists the facts of a computer for its tooltip and its details page; unknown ones are left out. */
export function factsOf(computer: Computer): Fact[] {
  const deletion = diskDeletionOf(computer);
  const facts: [string, string | undefined][] = [
    [t('State'), statusOf(computer.status).label()],
    [t('Last error'), computer.lastError],
    [t('Made by the service'), serviceMachineMark(computer)],
    [t('ID'), computer.id],
    [t('Template'), computer.templateId],
    [t('Size'), formatComputerSize(computer)],
    [t('Disk'), formatMegabytes(computer.diskMb)],
    [t('Region'), computer.region],
    [t('Network'), computer.network === 'off' ? t('off') : computer.network],
    [t('Persistent volume'), computer.persistentVolume ? volumePath : undefined],
    [t('Files'), keptFiles(computer)],
    [t('Created'), formatDate(computer.createdAt)],
    [t('Stopped'), computer.stoppedAt && formatDate(computer.stoppedAt)],
    [t('Disk is kept until'), deletion && formatDay(deletion)],
  ];
  return facts.filter((fact): fact is Fact => Boolean(fact[1]));
}

/** Formats CPUs and memory. */
export function formatComputerSize({ vcpus, ramMb }: Computer): string {
  return t('{0} CPU, {1}', vcpus, formatMegabytes(ramMb));
}

/** Formats a date in the user's locale; one that cannot be parsed stays as the service spells it. */
function formatDate(text: string): string {
  return parseDate(text)?.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' }) ?? text;
}
