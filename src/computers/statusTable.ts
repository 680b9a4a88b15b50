import { t } from '@vscode/l10n';

/** The statuses that the service is known to report; others are tolerated, see {@link statusOf}. */
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

/** The next step towards a session on a computer. */
export type OpenRule =
  /** Connect: it is running. */
  | 'connect'
  /** Start it, then connect. */
  | 'start'
  /** Restore it, then connect. */
  | 'restore'
  /** Poll until its status has changed. */
  | 'wait'
  /** Ask the user before starting it: it is in an error. */
  | 'offerStart'
  /** Fail: no session is possible. */
  | 'refuse'
  /** Connect if the service allows it: the status is newer than this extension. */
  | 'try';

/** Facts of a status. Callers ask for these and never compare a status by name; a test makes sure. */
export interface StatusFacts {
  /** The status as shown to users and read by screen readers. */
  readonly label: () => string;
  /** Id of a VS Code codicon. Those of statuses that do not change by themselves differ in shape, not just in colour. */
  readonly icon: string;
  /** Id of a VS Code theme colour. */
  readonly color: string;
  /** Position in a list sorted by status; low is first. */
  readonly sortOrder: number;
  readonly open: OpenRule;

  readonly isRunning: boolean;
  readonly isStarting: boolean;
  readonly isStopping: boolean;
  readonly isStopped: boolean;
  /** A restore is under way, or the next step. */
  readonly awaitsRestore: boolean;
  /** In status `error`: a start may help. */
  readonly needsAttention: boolean;
  /** Its host is gone for good. */
  readonly isLost: boolean;
  /** Deleted, or being deleted. */
  readonly isGone: boolean;
  readonly isDeleted: boolean;
  /** Changes by itself soon, so the list is polled fast. */
  readonly isChanging: boolean;
  /** Newer than this extension. */
  readonly isUnknown: boolean;

  readonly canStart: boolean;
  readonly canStop: boolean;
  readonly canDelete: boolean;
  readonly canRestore: boolean;
}

const green = 'charts.green';
const yellow = 'charts.yellow';
const blue = 'charts.blue';
const red = 'charts.red';
const grey = 'disabledForeground';

const none = {
  isRunning: false,
  isStarting: false,
  isStopping: false,
  isStopped: false,
  awaitsRestore: false,
  needsAttention: false,
  isLost: false,
  isGone: false,
  isDeleted: false,
  isChanging: false,
  isUnknown: false,
  canStart: false,
  canStop: false,
  canDelete: false,
  canRestore: false,
};
const deletable = { ...none, canDelete: true };
const changing = { ...deletable, isChanging: true, icon: 'loading~spin', open: 'wait' } as const;

/** The one table of statuses. */
const table: Readonly<Record<KnownStatus, StatusFacts>> = {
  running: {
    ...deletable,
    label: () => t('running'),
    icon: 'vm-running',
    color: green,
    sortOrder: 0,
    open: 'connect',
    isRunning: true,
    canStop: true,
  },
  creating: { ...changing, label: () => t('being created'), color: yellow, sortOrder: 1 },
  pending: { ...changing, label: () => t('waiting for a host'), color: grey, sortOrder: 1 },
  starting: { ...changing, label: () => t('starting'), color: yellow, sortOrder: 1, isStarting: true },
  restoring: {
    ...changing,
    label: () => t('being restored'),
    color: blue,
    sortOrder: 1,
    awaitsRestore: true,
  },
  stopping: { ...changing, label: () => t('stopping'), color: yellow, sortOrder: 2, isStopping: true },
  deleting: {
    ...changing,
    label: () => t('being deleted'),
    color: red,
    sortOrder: 2,
    open: 'refuse',
    isGone: true,
    canDelete: false,
  },
  error: {
    ...deletable,
    label: () => t('needs attention'),
    icon: 'error',
    color: red,
    sortOrder: 3,
    open: 'offerStart',
    needsAttention: true,
    canStart: true,
    canStop: true,
  },
  stopped: {
    ...deletable,
    label: () => t('stopped'),
    icon: 'vm-outline',
    color: grey,
    sortOrder: 4,
    open: 'start',
    isStopped: true,
    canStart: true,
  },
  restorable: {
    ...deletable,
    label: () => t('can be restored'),
    icon: 'history',
    color: blue,
    sortOrder: 5,
    open: 'restore',
    awaitsRestore: true,
    canRestore: true,
  },
  lost: {
    ...deletable,
    label: () => t('lost'),
    icon: 'warning',
    color: red,
    sortOrder: 6,
    open: 'refuse',
    isLost: true,
  },
  deleted: {
    ...none,
    label: () => t('deleted'),
    icon: 'trash',
    color: grey,
    sortOrder: 8,
    open: 'refuse',
    isGone: true,
    isDeleted: true,
  },
};

/** Looks up a status. One that is newer than this extension gets careful facts, never an error. */
export function statusOf(status: string): StatusFacts {
  return isKnown(status) ? table[status] : unknownStatus(status);
}

/** Every status in the table. */
export const knownStatuses = Object.keys(table) as readonly KnownStatus[];

function isKnown(status: string): status is KnownStatus {
  return Object.hasOwn(table, status);
}

function unknownStatus(status: string): StatusFacts {
  return {
    ...deletable,
    label: () => status.replaceAll('_', ' ').trim() || t('unknown'),
    icon: 'question',
    color: grey,
    sortOrder: 7,
    open: 'try',
    isUnknown: true,
    canStart: true,
    canStop: true,
  };
}
