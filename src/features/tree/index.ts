import type * as vscode from 'vscode';
import type { Account } from '../../account/account';
import type { ProjectFilter } from '../../account/projectFilter';
import type { Clock } from '../../base/clock';
import { DisposableStore } from '../../base/disposable';
import type { Log } from '../../base/log';
import type { ComputerStore } from '../../computers/computerStore';
import type { PlanMonitor } from '../../computers/planMonitor';
import type { ServiceReports } from '../../computers/serviceReports';
import type { CommandTargets } from '../../ui/commandTargets';
import type { Feature } from '../../ui/registerCommands';
import type { ChildProvider } from '../../ui/treeChildren';
import { ComputersTree } from './computersTree';
import { ComputersView } from './computersView';
import { ItemClickCommands } from './itemClickCommands';
import { ListCommands } from './listCommands';
import { LiveMetrics } from './liveMetrics';

export type TreeCommandId =
  | 'celesto.refresh'
  | 'celesto.filter'
  | 'celesto.clearFilter'
  | 'celesto.groupByState'
  | 'celesto.groupByTemplate'
  | 'celesto.ungroup'
  | 'celesto.copyId'
  | 'celesto.copyName';

export interface TreeDeps {
  readonly account: Account;
  readonly store: ComputerStore;
  readonly serviceReports: ServiceReports;
  readonly targets: CommandTargets;
  /** Providers of the children of computers, in their order in the tree. */
  readonly children: readonly ChildProvider[];
  readonly memento: vscode.Memento;
  readonly planMonitor: PlanMonitor;
  readonly projectFilter: ProjectFilter;
  readonly clock: Clock;
  readonly log: Log;
}

export interface TreeFeature extends Feature<TreeCommandId> {
  readonly view: Pick<ComputersView, 'selection' | 'isVisible'>;
}

/** Registers the tree of computers in the side bar, with its filter and grouping. */
export function registerTree(deps: TreeDeps): TreeFeature {
  const { account, store, serviceReports, targets, children, clock, log } = deps;
  const disposables = new DisposableStore();
  const metrics = disposables.add(new LiveMetrics(serviceReports, clock, log));
  const itemClickCommands = disposables.add(new ItemClickCommands());
  const tree = disposables.add(new ComputersTree(store, children, metrics, itemClickCommands));
  const view = disposables.add(new ComputersView({ ...deps, tree }));
  const commands = new ListCommands({ account, store, view, targets });
  return {
    view,
    handlers: {
      'celesto.refresh': commands.refresh,
      'celesto.filter': commands.filter,
      'celesto.clearFilter': commands.clearFilter,
      'celesto.groupByState': commands.groupBy('state'),
      'celesto.groupByTemplate': commands.groupBy('template'),
      'celesto.ungroup': commands.groupBy('none'),
      'celesto.copyId': commands.copyId,
      'celesto.copyName': commands.copyName,
    },
    dispose: () => disposables.dispose(),
  };
}
