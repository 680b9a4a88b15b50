import { t } from '@vscode/l10n';
import { truncate } from '../base/text';

/** Facts of a state of a template's build. Callers ask for these and never compare a status by name. */
export interface BuildStatusFacts {
  /** The status as shown to users. */
  readonly label: () => string;
  /** Waiting or under way: its log may grow. */
  readonly isBuilding: boolean;
  readonly hasFailed: boolean;
  /** Computers can be created from it: a template that needs a rebuild keeps what an earlier build made. */
  readonly isUsable: boolean;
}

const ended = { isBuilding: false, hasFailed: false, isUsable: false };

/** The one table of the states of builds. */
const table: Readonly<Record<string, BuildStatusFacts>> = {
  queued: { ...ended, label: () => t('waiting to be built'), isBuilding: true },
  building: { ...ended, label: () => t('being built'), isBuilding: true },
  ready: { ...ended, label: () => t('ready'), isUsable: true },
  failed: { ...ended, label: () => t('failed'), hasFailed: true },
  needs_rebuild: { ...ended, label: () => t('needs a rebuild'), isUsable: true },
};

/** Characters shown of a status that is newer than this extension. */
const maxLength = 40;

/** Looks up the status of a template's build. */
export function buildStatusOf(status: string): BuildStatusFacts {
  const facts = Object.hasOwn(table, status) ? table[status] : undefined;
  return facts ?? { ...ended, label: () => truncate(status.replaceAll('_', ' '), maxLength) };
}
