import { t } from '@vscode/l10n';
import { isApiError } from '../api/apiErrors';
import type { CelestoClient } from '../api/client';
import { printable } from '../base/text';
import type { Computer } from './computer';
import type { ComputerStore } from './computerStore';

export interface FindOptions {
  /** Asks the service for a listed computer, too: its status decides about something. */
  readonly isCurrent?: boolean;
}

/** Finds a computer by its id or name, in the list or, where it is not listed, by asking the service. */
export class ComputerFinder {
  constructor(
    private readonly store: ComputerStore,
    private readonly client: Pick<CelestoClient, 'get'>,
  ) {}

  /** @throws Error that tells what to do where none or several match; ApiError; the signal's reason */
  async find(
    idOrName: string,
    signal: AbortSignal,
    { isCurrent = false }: FindOptions = {},
  ): Promise<Computer> {
    const listed = this.store.find(idOrName);
    if (listed && !isCurrent) return listed;
    if (!listed && this.store.ownComputers.some(({ name }) => name === idOrName)) {
      throw new Error(t('Several computers are named {0}. Use the ID of one of them instead.', idOrName));
    }
    try {
      const sequence = this.store.nextSequence();
      return this.store.applyAnswer(await this.client.get(listed?.id ?? idOrName, signal), sequence);
    } catch (error) {
      if (!isApiError(error, 'notFound')) throw error;
      const message = t(
        'There is no computer named {0}. Check the spelling and the organization.',
        printable(idOrName),
      );
      throw new Error(message, { cause: error });
    }
  }
}
