import type { Account } from '../../account/account';
import { DisposableStore } from '../../base/disposable';
import type { Log } from '../../base/log';
import type { ComputerStore } from '../../computers/computerStore';
import type { PlanMonitor } from '../../computers/planMonitor';
import type { ServiceReports } from '../../computers/serviceReports';
import type { CommandTargets } from '../../ui/commandTargets';
import type { Feature } from '../../ui/registerCommands';
import { DetailsCommands } from './detailsCommands';
import { DetailsPage } from './detailsPage';
import { StatusBar } from './statusBar';

export type DetailsCommandId = 'celesto.pick' | 'celesto.showDetails';

export interface DetailsDeps {
  readonly account: Account;
  readonly store: ComputerStore;
  readonly serviceReports: ServiceReports;
  readonly planMonitor: PlanMonitor;
  readonly targets: CommandTargets;
  readonly log: Log;
}

/** Registers the status bar item, the picker of actions and the details page. */
export function registerDetails(deps: DetailsDeps): Feature<DetailsCommandId> {
  const { store, serviceReports, targets, log } = deps;
  const disposables = new DisposableStore();
  disposables.add(new StatusBar(deps));
  const page = disposables.add(new DetailsPage(store, serviceReports, log));
  const commands = new DetailsCommands(targets, page);
  return {
    handlers: { 'celesto.pick': commands.pick, 'celesto.showDetails': commands.showDetails },
    dispose: () => disposables.dispose(),
  };
}
