import { isApiError } from '../../api/apiErrors';
import type { Computer } from '../../computers/computer';
import { LifecycleError, refusalOf } from '../../computers/errors';
import type { Lifecycle } from '../../computers/lifecycle';
import { statusOf } from '../../computers/statusTable';
import type { ComputerConnector, ConnectorOptions } from '../../connect/computerConnector';
import type { CommandRequest } from './command';
import type { CommandExecution } from './commandExecution';

/** Milliseconds for reading the computer's status after a command broke off. */
const statusCheckTimeoutMs = 5_000;

export type NamedComputer = Pick<Computer, 'id' | 'name'>;

/** The computer that a command runs on: a given one, one to be looked up, or a temporary one. */
export interface RunTarget {
  /** Undefined until it is known. */
  readonly computer: NamedComputer | undefined;
  /** Makes the computer ready and starts the command. @throws the obstacle, or the signal's reason */
  start(request: CommandRequest, options: ConnectorOptions): Promise<CommandExecution>;
  /** Returns the state of the computer as an error, where it is the reason that the command broke off. */
  explainComputerLoss(): Promise<Error | undefined>;
  /** Cleans up after the command, however it ended, and reports the progress. Never rejects. */
  cleanUp(report: (text: string) => void): Promise<void>;
}

/** Connects to a computer and starts a command there. */
export type CommandConnector = Pick<ComputerConnector<CommandRequest, CommandExecution>, 'open'>;

/** An existing computer, which stays after the command. */
export class ComputerTarget implements RunTarget {
  constructor(
    readonly computer: NamedComputer,
    private readonly connector: CommandConnector,
    private readonly lifecycle: Pick<Lifecycle, 'fetch'>,
  ) {}

  start(request: CommandRequest, options: ConnectorOptions): Promise<CommandExecution> {
    return this.connector.open(this.computer.id, request, options);
  }

  async explainComputerLoss(): Promise<Error | undefined> {
    try {
      const computer = await this.lifecycle.fetch(
        this.computer.id,
        AbortSignal.timeout(statusCheckTimeoutMs),
      );
      const { open, isStopped, isStopping } = statusOf(computer.status);
      if (open === 'refuse') return refusalOf(computer);
      return isStopped || isStopping ? new LifecycleError('stopped', computer) : undefined;
    } catch (error) {
      return isApiError(error, 'notFound') ? new LifecycleError('deleted', this.computer) : undefined;
    }
  }

  cleanUp(): Promise<void> {
    return Promise.resolve();
  }
}
