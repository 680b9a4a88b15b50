import type { Computer } from '../../computers/computer';
import type { ComputerFinder } from '../../computers/computerFinder';
import type { OpeningOptions } from '../../connect/opening';
import { abortable } from '../../base/abort';
import type { Execution } from './execution';
import type { Named, Place } from './place';
import type { RunRequest } from './request';

export interface NamedPlaceParts {
  /** Its id or name. @throws what is wrong with it */
  readonly idOrName: () => string;
  readonly finder: Pick<ComputerFinder, 'find'>;
  /** Makes sure that somebody is signed in. */
  readonly signedIn: () => Promise<void>;
  readonly placeOn: (computer: Computer) => Place;
}

/** A computer that is called by its id or its name, and looked for when the command is to begin. */
export class NamedPlace implements Place {
  private inner: Place | undefined;

  constructor(private readonly parts: NamedPlaceParts) {}

  get computer(): Named | undefined {
    return this.inner?.computer;
  }

  async begin(request: RunRequest, options: OpeningOptions): Promise<Execution> {
    const { idOrName, finder, signedIn, placeOn } = this.parts;
    const called = idOrName();
    await abortable(signedIn(), options.signal);
    this.inner = placeOn(await finder.find(called, options.signal));
    return this.inner.begin(request, options);
  }

  async fate(): Promise<Error | undefined> {
    return this.inner?.fate();
  }

  leave(): Promise<void> {
    return Promise.resolve();
  }
}
