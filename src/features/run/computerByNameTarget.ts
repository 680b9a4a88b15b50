import { abortable } from '../../base/abort';
import type { Computer } from '../../computers/computer';
import type { ComputerFinder } from '../../computers/computerFinder';
import { assertNotServiceMachine } from '../../computers/errors';
import type { ConnectorOptions } from '../../connect/computerConnector';
import type { CommandRequest } from './command';
import type { CommandExecution } from './commandExecution';
import type { NamedComputer, RunTarget } from './runTarget';

export interface ComputerByNameTargetDeps {
  /** The id or name. @throws when it is missing */
  readonly idOrName: () => string;
  readonly finder: Pick<ComputerFinder, 'find'>;
  readonly ensureSignedIn: () => Promise<void>;
  readonly targetFor: (computer: Computer) => RunTarget;
}

/** A computer that is looked up by its id or name when the command is to begin. */
export class ComputerByNameTarget implements RunTarget {
  private target: RunTarget | undefined;

  constructor(private readonly deps: ComputerByNameTargetDeps) {}

  get computer(): NamedComputer | undefined {
    return this.target?.computer;
  }

  async start(request: CommandRequest, options: ConnectorOptions): Promise<CommandExecution> {
    const { finder, ensureSignedIn, targetFor } = this.deps;
    const idOrName = this.deps.idOrName();
    await abortable(ensureSignedIn(), options.signal);
    const computer = await finder.find(idOrName, options.signal);
    assertNotServiceMachine(computer);
    this.target = targetFor(computer);
    return this.target.start(request, options);
  }

  async explainComputerLoss(): Promise<Error | undefined> {
    return this.target?.explainComputerLoss();
  }

  cleanUp(): Promise<void> {
    return Promise.resolve();
  }
}
