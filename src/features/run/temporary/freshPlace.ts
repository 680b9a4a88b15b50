import { t } from '@vscode/l10n';
import type { CreateRequest } from '../../../api/wire';
import type { Computer } from '../../../computers/computer';
import type { OpeningOptions } from '../../../connect/opening';
import { abortable } from '../../../base/abort';
import type { Execution } from '../execution';
import type { FreshComputers, Tenancy } from './freshComputers';
import type { Named, Place } from '../place';
import type { RunRequest } from '../request';

export interface FreshPlaceParts {
  readonly fresh: Pick<FreshComputers, 'create' | 'discard'>;
  /** What kind of computer is wanted; may ask a person. */
  readonly wish: () => Promise<CreateRequest>;
  readonly placeOn: (computer: Computer) => Place;
}

/** A computer of its own for one command: made for it, deleted behind it. */
export class FreshPlace implements Place {
  private tenancy: Tenancy | undefined;
  private inner: Place | undefined;

  constructor(private readonly parts: FreshPlaceParts) {}

  get computer(): Named | undefined {
    return this.inner?.computer;
  }

  async begin(request: RunRequest, options: OpeningOptions): Promise<Execution> {
    const { fresh, wish, placeOn } = this.parts;
    const { progress, signal } = options;
    const wished = await abortable(wish(), signal);
    progress.phase(t('creating'));
    progress.say(t('Creating a computer for this command… It is deleted afterwards. (Ctrl+C cancels)'));
    this.tenancy = fresh.create(wished, request.command.line);
    const computer = await abortable(this.tenancy.computer, signal);
    this.inner = placeOn(computer);
    return this.inner.begin(request, options);
  }

  async fate(): Promise<Error | undefined> {
    return this.inner?.fate();
  }

  async leave(say: (line: string) => void): Promise<void> {
    if (!this.tenancy) return;
    try {
      await this.parts.fresh.discard(this.tenancy);
      if (this.inner) say(t('The computer of this command was deleted.'));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      say(t('The computer of this command may still be there: {0} You are asked about it later.', why));
    }
  }
}
