import { isApiError } from '../../api/errors';
import type { Computer } from '../../computers/computer';
import { LifecycleError, refusalOf } from '../../computers/errors';
import type { Lifecycle } from '../../computers/lifecycle';
import { statusOf } from '../../computers/status';
import type { Opening, OpeningOptions } from '../../connect/opening';
import type { CommandExecution } from './commandExecution';
import type { CommandRequest } from './commandScript';

/** Milliseconds a question about a computer may take whose answer is not waited for long. */
const briefly = 5_000;

/** What tells a computer from all others, and what a person calls it. */
export type NamedComputer = Pick<Computer, 'id' | 'name'>;

/** Where a command runs. */
export interface RunTarget {
  /** Once it is known. */
  readonly computer: NamedComputer | undefined;
  /** Begins the command, whatever has to be done before. @throws what stands in the way, or the signal's reason */
  start(request: CommandRequest, options: OpeningOptions): Promise<CommandExecution>;
  /** What has become of the computer, where it is the reason that the command broke off. */
  explainLoss(): Promise<Error | undefined>;
  /** Tidies up behind the command, however it ended; tells what goes on. Never rejects. */
  cleanUp(say: (line: string) => void): Promise<void>;
}

export type CommandConnector = Pick<Opening<CommandRequest, CommandExecution>, 'open'>;

/** A computer that is there and stays there. */
export class ComputerTarget implements RunTarget {
  constructor(
    readonly computer: NamedComputer,
    private readonly connector: CommandConnector,
    private readonly lifecycle: Pick<Lifecycle, 'fetch'>,
  ) {}

  start(request: CommandRequest, options: OpeningOptions): Promise<CommandExecution> {
    return this.connector.open(this.computer.id, request, options);
  }

  async explainLoss(): Promise<Error | undefined> {
    try {
      const now = await this.lifecycle.fetch(this.computer.id, AbortSignal.timeout(briefly));
      const { open } = statusOf(now.status);
      if (open === 'refuse') return refusalOf(now);
      return open === 'start' || now.status === 'stopping' ? new LifecycleError('stopped', now) : undefined;
    } catch (error) {
      return isApiError(error, 'notFound') ? new LifecycleError('deleted', this.computer) : undefined;
    }
  }

  cleanUp(): Promise<void> {
    return Promise.resolve();
  }
}
