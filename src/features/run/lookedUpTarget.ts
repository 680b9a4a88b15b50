import type { Computer } from '../../computers/computer';
import type { ComputerFinder } from '../../computers/computerFinder';
import type { OpeningOptions } from '../../connect/opening';
import { abortable } from '../../base/abort';
import type { CommandExecution } from './commandExecution';
import type { NamedComputer, RunTarget } from './runTarget';
import type { CommandRequest } from './commandScript';

export interface LookedUpTargetDeps {
  /** Its id or name. @throws what is wrong with it */
  readonly idOrName: () => string;
  readonly finder: Pick<ComputerFinder, 'find'>;
  /** Makes sure that somebody is signed in. */
  readonly ensureSignedIn: () => Promise<void>;
  readonly targetFor: (computer: Computer) => RunTarget;
}

/** A computer that is called by its id or its name, and looked for when the command is to begin. */
export class LookedUpTarget implements RunTarget {
  private target: RunTarget | undefined;

  constructor(private readonly deps: LookedUpTargetDeps) {}

  get computer(): NamedComputer | undefined {
    return this.target?.computer;
  }

  async start(request: CommandRequest, options: OpeningOptions): Promise<CommandExecution> {
    const { idOrName, finder, ensureSignedIn: signedIn, targetFor: placeOn } = this.deps;
    const called = idOrName();
    await abortable(signedIn(), options.signal);
    this.target = placeOn(await finder.find(called, options.signal));
    return this.target.start(request, options);
  }

  async explainLoss(): Promise<Error | undefined> {
    return this.target?.explainLoss();
  }

  cleanUp(): Promise<void> {
    return Promise.resolve();
  }
}
