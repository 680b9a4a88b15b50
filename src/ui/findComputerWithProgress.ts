import * as vscode from 'vscode';
import type { Clock } from '../base/clock';
import type { Computer } from '../computers/computer';
import type { ComputerFinder, FindOptions } from '../computers/computerFinder';
import type { CommandTargets } from './commandTargets';
import { withProgress } from './progress';

export interface FindComputerDeps {
  readonly targets: Pick<CommandTargets, 'ensureSignedIn'>;
  readonly finder: Pick<ComputerFinder, 'find'>;
  readonly clock: Clock;
}

/**
 * Finds a computer by its id or name, listed or not. Signs in first, and shows progress.
 * @throws as `ComputerFinder.find`, or a cancellation
 */
export type FindComputer = (idOrName: string, options?: FindOptions) => Promise<Computer>;

export function createFindComputer({ targets, finder, clock }: FindComputerDeps): FindComputer {
  return async (idOrName, options) => {
    await targets.ensureSignedIn();
    const title = vscode.l10n.t('Looking for {0}…', idOrName);
    return withProgress(clock, title, (signal) => finder.find(idOrName, signal, options));
  };
}
