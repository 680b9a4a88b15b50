import { t } from '@vscode/l10n';
import type { Computer } from './computer';

/** Mount point of the persistent volume. */
export const volumePath = '/home/ohm';

type WithVolume = Pick<Computer, 'persistentVolume'>;

/** Tells which files of a computer outlive a stop and a restore. */
export function keptFiles(computer: WithVolume): string {
  return `${t('A stop keeps all files.')} ${filesKeptByRestore(computer)}`;
}

/** Tells which files of a computer outlive a restore, which may happen on another host. */
export function filesKeptByRestore({ persistentVolume }: WithVolume): string {
  return persistentVolume
    ? t('A restore keeps only the files in {0}.', volumePath)
    : t('A restore keeps no files, since there is no persistent volume.');
}
