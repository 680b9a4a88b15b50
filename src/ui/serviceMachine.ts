import { t } from '@vscode/l10n';
import { type Computer, isServiceMachine } from '../computers/computer';

/** The mark of a machine that the service made for itself; undefined for a computer of the user's. */
export function serviceMachineMark(computer: Pick<Computer, 'origin'>): string | undefined {
  if (!isServiceMachine(computer)) return undefined;
  return computer.origin === 'github_ci' ? t('CI runner') : t('template build');
}
