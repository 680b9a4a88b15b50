import { isApiError } from '../../api/errors';
import type { Computer } from '../../computers/computer';
import { LifecycleError, refusalOf } from '../../computers/errors';
import type { Lifecycle } from '../../computers/lifecycle';
import { statusOf } from '../../computers/status';
import type { Opening, OpeningOptions } from '../../connect/opening';
import type { Execution } from './execution';
import type { RunRequest } from './request';

/** Milliseconds a question about a computer may take whose answer is not waited for long. */
const briefly = 5_000;

/** What tells a computer from all others, and what a person calls it. */
export type Named = Pick<Computer, 'id' | 'name'>;

/** Where a command runs. */
export interface Place {
  /** Once it is known. */
  readonly computer: Named | undefined;
  /** Begins the command, whatever has to be done before. @throws what stands in the way, or the signal's reason */
  begin(request: RunRequest, options: OpeningOptions): Promise<Execution>;
  /** What has become of the computer, where it is the reason that the command broke off. */
  fate(): Promise<Error | undefined>;
  /** Tidies up behind the command, however it ended; tells what goes on. Never rejects. */
  leave(say: (line: string) => void): Promise<void>;
}

export type RunOpening = Pick<Opening<RunRequest, Execution>, 'open'>;

/** A computer that is there and stays there. */
export class ComputerPlace implements Place {
  constructor(
    readonly computer: Named,
    private readonly opening: RunOpening,
    private readonly lifecycle: Pick<Lifecycle, 'look'>,
  ) {}

  begin(request: RunRequest, options: OpeningOptions): Promise<Execution> {
    return this.opening.open(this.computer.id, request, options);
  }

  async fate(): Promise<Error | undefined> {
    try {
      const now = await this.lifecycle.look(this.computer.id, AbortSignal.timeout(briefly));
      const { open } = statusOf(now.status);
      if (open === 'refuse') return refusalOf(now);
      return open === 'start' || now.status === 'stopping' ? new LifecycleError('stopped', now) : undefined;
    } catch (error) {
      return isApiError(error, 'notFound') ? new LifecycleError('deleted', this.computer) : undefined;
    }
  }

  leave(): Promise<void> {
    return Promise.resolve();
  }
}
