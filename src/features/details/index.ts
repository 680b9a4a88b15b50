import type { Account } from '../../account/account';
import { DisposableStore } from '../../base/disposable';
import type { Log } from '../../base/log';
import type { MetricsAndBilling } from '../../computers/metricsAndBilling';
import type { ComputerStore } from '../../computers/store';
import type { Feature } from '../../ui/registerCommands';
import type { Targets } from '../../ui/targets';
import { DetailsCommands } from './detailsCommands';
import { DetailsPage } from './detailsPage';
import { StatusBar } from './statusBar';

export type DetailsCommandId = 'celesto.pick' | 'celesto.showDetails';

export interface DetailsDeps {
  readonly account: Account;
  readonly store: ComputerStore;
  readonly metricsAndBilling: MetricsAndBilling;
  readonly targets: Targets;
  readonly log: Log;
}

/** Registers the status bar item, the picker of actions and the details page. */
export function registerDetails(deps: DetailsDeps): Feature<DetailsCommandId> {
  const { account, store, metricsAndBilling, targets, log } = deps;
  const disposables = new DisposableStore();
  disposables.add(new StatusBar({ store, account, metricsAndBilling, log }));
  const page = disposables.add(new DetailsPage(store, metricsAndBilling, log));
  const commands = new DetailsCommands(targets, page);
  return {
    handlers: { 'celesto.pick': commands.pick, 'celesto.showDetails': commands.showDetails },
    dispose: () => disposables.dispose(),
  };
}
