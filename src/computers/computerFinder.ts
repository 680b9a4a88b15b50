import { t } from '@vscode/l10n';
import type { CelestoClient } from '../api/client';
import { isApiError } from '../api/errors';
import { printable } from '../base/text';
import type { Computer } from './computer';
import type { ComputerStore } from './store';

/** Finds the computer that a person calls by its id or its name, whether it is in the list or not. */
export class ComputerFinder {
  constructor(
    private readonly store: ComputerStore,
    private readonly client: Pick<CelestoClient, 'get'>,
  ) {}

  /** @throws Error that says what to do where there is none, or several; ApiError; the signal's reason */
  async find(idOrName: string, signal: AbortSignal): Promise<Computer> {
    const known = this.store.find(idOrName);
    if (known) return known;
    if (this.store.computers.some(({ name }) => name === idOrName)) {
      throw new Error(t('Several computers are called {0}. Name the one you mean by its ID.', idOrName));
    }
    try {
      const ticket = this.store.nextSequence();
      return this.store.upsert(await this.client.get(idOrName, signal), ticket);
    } catch (error) {
      if (!isApiError(error, 'notFound')) throw error;
      const words = t(
        'There is no computer called {0}. Check the spelling and the organization.',
        printable(idOrName),
      );
      throw new Error(words, { cause: error });
    }
  }
}
