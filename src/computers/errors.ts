import { t } from '@vscode/l10n';
import type { RecoveryFacts } from '../base/errors';
import { type Computer, isServiceMachine } from './computer';
import { statusOf } from './statusTable';

/** Reasons for which a computer did not reach the state that was requested. */
export type LifecycleProblem =
  | 'deleted'
  | 'deleting'
  | 'lost'
  /** Stopped outside this window while it was in use. */
  | 'stopped'
  /** Its state is saved, and the service has not restored it yet. */
  | 'restorable'
  /** In status `error` before anything was requested: a start may help. */
  | 'needsStart'
  /** Changed to status `error` after it was requested to start. */
  | 'failed'
  /** The service reports that a stop failed. */
  | 'notStopped'
  | 'keepsStopping'
  | 'timeout';

/** A computer did not reach the requested state. `message` tells the user what happened and what to do next. */
export class LifecycleError extends Error implements RecoveryFacts {
  override readonly name = 'LifecycleError';
  readonly isTransient = false;
  readonly allowsFallback = false;

  /** @param seconds the time limit, for the problem `timeout` */
  constructor(
    readonly problem: LifecycleProblem,
    readonly computer: Pick<Computer, 'name'> & Partial<Computer>,
    seconds = 0,
  ) {
    super(sentence(problem, computer, seconds));
  }
}

/** @throws LifecycleError when the status of a computer rules out a session */
export function assertOpenable(computer: Computer): void {
  if (statusOf(computer.status).open === 'refuse') throw refusalOf(computer);
}

/** @throws Error for a machine of the service's own, which tasks and the default computer leave alone */
export function assertNotServiceMachine(computer: Computer): void {
  if (isServiceMachine(computer))
    throw new Error(t('Celesto runs {0} for itself. Select a computer of your own.', computer.name));
}

/** Makes the error for a computer whose status rules out a session. */
export function refusalOf(computer: Computer): LifecycleError {
  const { isDeleted, isGone } = statusOf(computer.status);
  if (isDeleted) return new LifecycleError('deleted', computer);
  return new LifecycleError(isGone ? 'deleting' : 'lost', computer);
}

function sentence(
  problem: LifecycleProblem,
  computer: Pick<Computer, 'name'> & Partial<Computer>,
  seconds: number,
): string {
  const { name, lastError } = computer;
  const reason = lastError ?? t('The service gave no reason.');
  switch (problem) {
    case 'deleted':
      return t('{0} was deleted.', name);
    case 'deleting':
      return t('{0} is being deleted.', name);
    case 'lost':
      return t(
        '{0} is lost because its host is gone. You can delete it and create another. {1}',
        name,
        reason,
      );
    case 'stopped':
      return t('{0} was stopped.', name);
    case 'restorable':
      return t('{0} can be restored, but the service has not done so yet.', name);
    case 'needsStart':
      return t('{0} needs attention: {1}', name, reason);
    case 'failed':
      return t('{0} did not start: {1}', name, reason);
    case 'notStopped':
      return t('{0} was not stopped: {1}', name, reason);
    case 'keepsStopping':
      return t('{0} was started, but stopped again each time. {1}', name, reason);
    case 'timeout':
      return t(
        '{0} is still {1} after {2} s. Try again later, or raise the limit in the setting celesto.startTimeout.',
        name,
        statusOf(computer.status ?? '').label(),
        seconds,
      );
  }
}
