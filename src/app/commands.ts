import * as vscode from 'vscode';
import { AccountCommands } from '../features/account/accountCommands';
import { registerCommands } from '../ui/registerCommands';
import { CreateCommand } from '../features/lifecycle/createCommand';
import { DeleteCommand } from '../features/lifecycle/deleteCommand';
import { DiagnosticsCommand } from '../features/diagnostics/diagnosticsCommand';
import { CleanupCommands } from '../features/sshKeys/cleanupCommands';
import { HostKeyCommands } from '../features/sshKeys/hostKeyCommands';
import { TemporaryComputerCommands } from '../features/run/temporary/temporaryComputerCommands';
import { promptForOrphans } from '../features/run/temporary/orphanPrompts';
import { DetailsCommands } from '../features/details/detailsCommands';
import { LifecycleCommands } from '../features/lifecycle/lifecycleCommands';
import { ListCommands } from '../features/tree/listCommands';
import { OpenCommands } from '../features/terminals/openCommands';
import { SshKeyCommands } from '../features/sshKeys/sshKeyCommands';
import { TerminalCommands } from '../features/terminals/terminalCommands';
import { RunCommands } from '../features/run/runCommands';
import { SessionCommands } from '../features/agentSessions/sessionCommands';
import { SshCommands } from '../features/sshKeys/copySshCommand';
import { Targets } from '../ui/targets';
import { ComputerFinder } from '../computers/computerFinder';
import { MetricsAndBilling } from '../computers/metricsAndBilling';
import type { Clock } from '../base/clock';
import { DisposableStore, type Disposable } from '../base/disposable';
import { settings } from './settings';
import { ComputerPicker } from '../ui/computerPicker';
import { ComputersTree } from '../features/tree/computersTree';
import { ComputersView } from '../features/tree/computersView';
import { deepLinkHandler } from '../features/deepLinks/deepLinkHandler';
import { DetailsPage } from '../features/details/detailsPage';
import { LiveMetrics } from '../features/tree/liveMetrics';
import { ItemCommands } from '../features/tree/itemCommands';
import { StatusBar } from '../features/details/statusBar';
import { buildNotices, type Care } from './care';
import { buildParts, buildPortCommands } from './ports';
import type { Reach } from './reach';
import type { Running } from './runs';
import type { Service } from './service';
import { buildTasks } from './tasks';

/** The side bar, and every command of package.json. */
export function buildCommands(
  context: vscode.ExtensionContext,
  service: Service,
  reach: Reach,
  running: Running,
  care: Care,
  clock: Clock,
): Disposable {
  const { account, check, client, lifecycle, log, output, store } = service;
  const { config, doors, known, ownKey, rotation, terminals } = reach;
  const parts = new DisposableStore();
  const lines = buildParts(reach);
  parts.add(lines.terminals);
  const insights = new MetricsAndBilling(client, clock);
  parts.add(account.onDidSwitch(() => insights.reset()));
  const pulse = parts.add(new LiveMetrics(insights, clock, log));
  const tree = parts.add(
    new ComputersTree(store, Object.values(lines), pulse, parts.add(new ItemCommands())),
  );
  const view = parts.add(new ComputersView(store, tree, account, context.globalState));
  const finder = new ComputerFinder(store, client);
  const targets = new Targets(account, store, new ComputerPicker(store));

  const accounts = new AccountCommands(account, client, check, targets);
  const open = new OpenCommands(targets, finder, terminals, clock);
  const shells = new TerminalCommands(targets, terminals);
  parts.add(new StatusBar(store, account, insights, log));
  const glance = new DetailsCommands(targets, parts.add(new DetailsPage(store, insights, log)));
  const sessions = new SessionCommands(targets, finder, terminals, clock, settings.defaultComputer);
  const { defaultComputer } = settings;
  const { runs, history, fresh } = running;
  const run = new RunCommands({ targets, finder, terminals: runs, history, clock, defaultComputer });
  const freshRuns = new TemporaryComputerCommands({
    targets,
    client,
    terminals: runs,
    history,
    computers: fresh,
  });
  parts.add(promptForOrphans({ computers: fresh, targets, clock }));
  parts.add(buildTasks(service, running, targets, finder, freshRuns));
  const life = new LifecycleCommands(targets, lifecycle, clock, settings.startTimeout);
  const ssh = new SshCommands(targets, lifecycle, doors, clock, settings.transport, settings.startTimeout);
  const list = new ListCommands(account, store, view, targets, () => tree.filter);
  const create = new CreateCommand(targets, client, lifecycle, terminals, clock, settings.openAfterCreate);
  const remove = new DeleteCommand(targets, client, store, lifecycle, known, clock, () => view.selection);
  const hostKeys = new HostKeyCommands(targets, known);
  const ownKeys = new SshKeyCommands(targets, store, rotation, clock);
  const footprint = new CleanupCommands({ targets, client, known, ownKey, config, clock });

  const isShown = (id: string): boolean => view.isVisible || runs.isRunningOn(id);
  parts.add(buildNotices(service, reach, clock, isShown));
  care.usages.add(runs);
  const ports = parts.add(buildPortCommands(service, reach, running, lines, targets, clock));

  const handlers = {
    'celesto.signIn': accounts.signIn,
    'celesto.signOut': accounts.signOut,
    'celesto.switchOrganization': accounts.switchOrganization,
    'celesto.create': create.create,
    'celesto.open': open.open,
    'celesto.newTerminal': open.newTerminal,
    'celesto.openByName': open.openByName,
    'celesto.newTerminalInEditor': shells.newInEditor,
    'celesto.newTerminalAtDirectory': shells.newAtDirectory,
    'celesto.splitTerminal': shells.split,
    'celesto.pick': glance.pick,
    'celesto.showDetails': glance.showDetails,
    'celesto.useAsDefault': sessions.useAsDefault,
    'celesto.openDefault': sessions.openDefault,
    'celesto.resumeSession': sessions.resume,
    'celesto.runCommand': run.runCommand,
    'celesto.runSelection': run.runSelection,
    'celesto.runFile': run.runFile,
    'celesto.runFresh': freshRuns.run,
    'celesto.start': life.start,
    'celesto.stop': life.stop,
    'celesto.restore': life.restore,
    'celesto.delete': remove.delete,
    'celesto.copyId': list.copyId,
    'celesto.copyName': list.copyName,
    'celesto.copySshCommand': ssh.copyCommand,
    'celesto.showHostKeys': hostKeys.show,
    'celesto.forgetHostKey': hostKeys.forget,
    'celesto.rotateSshKey': ownKeys.rotate,
    'celesto.removeFromComputer': footprint.remove,
    'celesto.removeSshHelper': footprint.removeHelper,
    'celesto.refresh': list.refresh,
    'celesto.filter': list.filter,
    'celesto.clearFilter': list.clearFilter,
    'celesto.groupByState': list.group('state'),
    'celesto.groupByTemplate': list.group('template'),
    'celesto.ungroup': list.group('none'),
    'celesto.copyDiagnostics': new DiagnosticsCommand(care.diagnostics).copy,
    ...ports.handlers,
    'celesto.showLog': () => output.show(),
  };
  parts.add(registerCommands(handlers, log));
  parts.add(vscode.window.registerUriHandler(deepLinkHandler));
  parts.add(vscode.window.registerTerminalProfileProvider('celesto.computer', shells.profile));
  return parts;
}
