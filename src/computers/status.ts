import { t } from '@vscode/l10n';

/** The statuses the service is known to speak; others are tolerated, see {@link statusOf}. */
export type KnownStatus =
  | 'creating'
  | 'running'
  | 'stopping'
  | 'stopped'
  | 'starting'
  | 'restoring'
  | 'restorable'
  | 'deleting'
  | 'deleted'
  | 'error'
  | 'lost'
  | 'pending';

/** What becomes of a person's wish to be at the prompt. */
export type OpenRule =
  /** It runs: connect. */
  | 'connect'
  /** Start it, then connect. */
  | 'start'
  /** Restore it, then connect. */
  | 'restore'
  /** It is changing: look again soon. */
  | 'wait'
  /** It cannot be reached, but a person may ask for a start. */
  | 'offerStart'
  /** It cannot be reached. */
  | 'refuse'
  /** A status newer than this extension: connect if the service lets us. */
  | 'try';

export interface StatusFacts {
  /** The status in words, for people and screen readers. */
  readonly label: () => string;
  readonly kind: 'settled' | 'changing' | 'unknown';
  /** The id of a VS Code codicon. Settled ones differ in shape as well as in colour. */
  readonly icon: string;
  /** The id of a VS Code theme colour. */
  readonly color: string;
  readonly open: OpenRule;
  readonly canStart: boolean;
  readonly canStop: boolean;
  readonly canDelete: boolean;
  readonly canRestore: boolean;
  /** Where it stands in a list sorted by state; low is first. */
  readonly sortOrder: number;
}

const nothing = { canStart: false, canStop: false, canDelete: false, canRestore: false };
const changing = { ...nothing, kind: 'changing', icon: 'loading~spin', open: 'wait' } as const;
const green = 'charts.green';
const yellow = 'charts.yellow';
const blue = 'charts.blue';
const red = 'charts.red';
const grey = 'disabledForeground';

/** The one table of statuses. Everything that depends on a status asks it. */
const table: Readonly<Record<KnownStatus, StatusFacts>> = {
  running: {
    ...nothing,
    label: () => t('running'),
    kind: 'settled',
    icon: 'vm-running',
    color: green,
    open: 'connect',
    canStop: true,
    canDelete: true,
    sortOrder: 0,
  },
  creating: { ...changing, label: () => t('being created'), color: yellow, canDelete: true, sortOrder: 1 },
  pending: { ...changing, label: () => t('waiting for a place'), color: grey, canDelete: true, sortOrder: 1 },
  starting: { ...changing, label: () => t('starting'), color: yellow, canDelete: true, sortOrder: 1 },
  restoring: { ...changing, label: () => t('being restored'), color: blue, canDelete: true, sortOrder: 1 },
  stopping: { ...changing, label: () => t('stopping'), color: yellow, canDelete: true, sortOrder: 2 },
  deleting: { ...changing, label: () => t('being deleted'), color: red, open: 'refuse', sortOrder: 2 },
  error: {
    label: () => t('needs attention'),
    kind: 'settled',
    icon: 'error',
    color: red,
    open: 'offerStart',
    canStart: true,
    canStop: true,
    canDelete: true,
    canRestore: false,
    sortOrder: 3,
  },
  stopped: {
    ...nothing,
    label: () => t('stopped'),
    kind: 'settled',
    icon: 'vm-outline',
    color: grey,
    open: 'start',
    canStart: true,
    canDelete: true,
    sortOrder: 4,
  },
  restorable: {
    ...nothing,
    label: () => t('can be restored'),
    kind: 'settled',
    icon: 'history',
    color: blue,
    open: 'restore',
    canDelete: true,
    canRestore: true,
    sortOrder: 5,
  },
  lost: {
    ...nothing,
    label: () => t('lost'),
    kind: 'settled',
    icon: 'warning',
    color: red,
    open: 'refuse',
    canDelete: true,
    sortOrder: 6,
  },
  deleted: {
    ...nothing,
    label: () => t('deleted'),
    kind: 'settled',
    icon: 'trash',
    color: grey,
    open: 'refuse',
    sortOrder: 8,
  },
};

/** What is known of a status. One that is newer than this extension gets careful answers, never an error. */
export function statusOf(status: string): StatusFacts {
  return isKnown(status) ? table[status] : unknownStatus(status);
}

/** Every status in the table, for pickers and tests. */
export const knownStatuses = Object.keys(table) as readonly KnownStatus[];

function isKnown(status: string): status is KnownStatus {
  return Object.hasOwn(table, status);
}

function unknownStatus(status: string): StatusFacts {
  return {
    label: () => status.replaceAll('_', ' ').trim() || t('unknown'),
    kind: 'unknown',
    icon: 'question',
    color: grey,
    open: 'try',
    canStart: true,
    canStop: true,
    canDelete: true,
    canRestore: false,
    sortOrder: 7,
  };
}
