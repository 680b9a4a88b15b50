import { isApiError } from '../api/apiErrors';
import type { CelestoClient } from '../api/client';
import type { ChangedComputer } from '../api/wire';
import { isCancellation } from '../base/abort';
import { printable } from '../base/text';
import type { Computer } from './computer';
import { LifecycleError, type LifecycleProblem } from './errors';

/**
 * Reads how the change of a computer fares, where the service has named its operation: a failure shows there first. All
 * else is told by the computer itself.
 */
export class OperationCheck {
  private operationId: string | undefined;

  constructor(
    private readonly client: Pick<CelestoClient, 'operation'>,
    /** The problem that a failure is. */
    private readonly problem: LifecycleProblem,
  ) {}

  /** Follows the operation of an answer, in place of an earlier one. */
  follow({ operation_id: id }: Pick<ChangedComputer, 'operation_id'>): void {
    this.operationId = id ?? undefined;
  }

  /** @throws LifecycleError when the operation has failed, or the signal's reason */
  async check(computer: Computer, signal: AbortSignal): Promise<void> {
    if (this.operationId === undefined) return;
    const operation = await this.read(computer.id, this.operationId, signal);
    if (!operation) return;
    const { status, error, completed_at: end } = operation;
    const hasFailed = status === 'failed';
    if (hasFailed || end !== null) this.operationId = undefined;
    if (!hasFailed) return;
    throw new LifecycleError(this.problem, {
      ...computer,
      lastError: printable(error ?? '') || computer.lastError,
    });
  }

  /** @returns undefined where it cannot be read; a service without this call is not asked again */
  private async read(computerId: string, operationId: string, signal: AbortSignal) {
    try {
      return await this.client.operation(computerId, operationId, signal);
    } catch (error) {
      if (isCancellation(error)) throw error;
      if (isApiError(error, 'notFound', 'forbidden')) this.operationId = undefined;
      return undefined;
    }
  }
}
