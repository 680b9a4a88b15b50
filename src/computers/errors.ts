import { t } from '@vscode/l10n';
import type { Computer } from './computer';
import { statusOf } from './status';

/** Why a computer did not get to the state that was asked for. */
export type LifecycleProblem =
  | 'deleted'
  | 'deleting'
  | 'lost'
  /** Somebody stopped it while it was in use. */
  | 'stopped'
  /** Its state is saved, and nobody has restored it yet. */
  | 'restorable'
  /** In status error before anything was asked of it: a start may help. */
  | 'needsStart'
  /** Went to status error after it was asked to start. */
  | 'failed'
  | 'keepsStopping'
  | 'timeLimit';

/** A life-cycle wish that did not come true. `message` is a sentence for a person that says what to do next. */
export class LifecycleError extends Error {
  override readonly name = 'LifecycleError';

  constructor(
    readonly problem: LifecycleProblem,
    readonly computer: Pick<Computer, 'name'> & Partial<Computer>,
    seconds = 0,
  ) {
    super(sentence(problem, computer, seconds));
  }
}

/** @throws LifecycleError when the status of a computer allows no terminal */
export function assertOpenable(computer: Computer): void {
  if (statusOf(computer.status).open === 'refuse') throw refusalOf(computer);
}

/** Why a computer whose status allows no terminal cannot be opened. */
export function refusalOf(computer: Computer): LifecycleError {
  const { status } = computer;
  return new LifecycleError(status === 'deleted' || status === 'deleting' ? status : 'lost', computer);
}

function sentence(
  problem: LifecycleProblem,
  computer: Pick<Computer, 'name'> & Partial<Computer>,
  seconds: number,
): string {
  const { name, lastError } = computer;
  const reason = lastError ?? t('The service gives no reason.');
  switch (problem) {
    case 'deleted':
      return t('{0} was deleted.', name);
    case 'deleting':
      return t('{0} is being deleted.', name);
    case 'lost':
      return t('{0} is lost: its host is gone. You can delete it and create another. {1}', name, reason);
    case 'stopped':
      return t('{0} was stopped.', name);
    case 'restorable':
      return t('{0} can be restored, but the service has not done so yet.', name);
    case 'needsStart':
      return t('{0} needs attention: {1}', name, reason);
    case 'failed':
      return t('{0} did not start: {1}', name, reason);
    case 'keepsStopping':
      return t('{0} was started, but stopped again each time. {1}', name, reason);
    case 'timeLimit':
      return t(
        '{0} is still {1} after {2} s. Try again later, or raise the limit in the setting celesto.startTimeout.',
        name,
        statusOf(computer.status ?? '').label(),
        seconds,
      );
  }
}
