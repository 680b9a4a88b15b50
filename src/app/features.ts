import { join } from 'node:path';
import type * as vscode from 'vscode';
import type { Clock } from '../base/clock';
import { type Disposable, DisposableStore } from '../base/disposable';
import { redactor } from '../base/log';
import { ComputerEvents } from '../computers/computerEvents';
import { ComputerFinder } from '../computers/computerFinder';
import { ComputersInUse } from '../computers/computersInUse';
import { PlanMonitor } from '../computers/planMonitor';
import { ServiceReports } from '../computers/serviceReports';
import { SizeMemory } from '../computers/sizeMemory';
import { StatusHistory } from '../computers/statusHistory';
import { type AccountCommandId, registerAccount } from '../features/account/index';
import { type AgentSessionsCommandId, registerAgentSessions } from '../features/agentSessions/index';
import { registerDeepLinks } from '../features/deepLinks/index';
import { type DefaultComputerCommandId, registerDefaultComputer } from '../features/defaultComputer/index';
import { type DetailsCommandId, registerDetails } from '../features/details/index';
import { type DiagnosticsCommandId, registerDiagnostics } from '../features/diagnostics/index';
import { registerIdle } from '../features/idle/index';
import { type LifecycleCommandId, registerLifecycle } from '../features/lifecycle/index';
import { type PlanCommandId, registerPlan } from '../features/plan/index';
import { type PortsCommandId, registerPorts } from '../features/ports/index';
import { type ProjectsCommandId, registerProjects } from '../features/projects/index';
import { registerRun, type RunCommandId } from '../features/run/index';
import { registerScreen, type ScreenCommandId } from '../features/screen/index';
import { registerSshKeys, type SshKeysCommandId } from '../features/sshKeys/index';
import { registerTemplates, type TemplatesCommandId } from '../features/templates/index';
import { registerTerminals, type TerminalsCommandId } from '../features/terminals/index';
import { registerTree, type TreeCommandId } from '../features/tree/index';
import { CommandTargets } from '../ui/commandTargets';
import { ComputerPicker } from '../ui/computerPicker';
import { createFindComputer } from '../ui/findComputerWithProgress';
import { type Handlers, registerCommands } from '../ui/registerCommands';
import { SizePicker } from '../ui/sizePicker';
import type { Connections } from './createConnections';
import type { Service } from './createService';
import { settings } from './settings';
import { showFailure } from './showFailure';

/** Every command of package.json. A test holds the two together. */
export type CommandId =
  | AccountCommandId
  | AgentSessionsCommandId
  | DefaultComputerCommandId
  | DetailsCommandId
  | DiagnosticsCommandId
  | LifecycleCommandId
  | PlanCommandId
  | PortsCommandId
  | ProjectsCommandId
  | RunCommandId
  | ScreenCommandId
  | SshKeysCommandId
  | TemplatesCommandId
  | TerminalsCommandId
  | TreeCommandId;

export interface Features extends Disposable {
  /** Brings back what was open when the window closed. */
  restore(): void;
  /** Ends what must not outlive the window; VS Code waits some seconds for it. */
  close(): Promise<void>;
}

/** Registers every feature, hands each what it needs of the others, and registers their commands. */
export function registerFeatures(
  context: vscode.ExtensionContext,
  service: Service,
  connections: Connections,
  clock: Clock,
): Features {
  const { extension, globalState, workspaceState, globalStorageUri } = context;
  const { account, client, lastClient, lifecycle, log, projectFilter, store } = service;
  const { knownComputers, terminals } = connections;
  const disposables = new DisposableStore();
  const serviceReports = new ServiceReports(client, clock);
  disposables.add(account.onDidSwitch(() => serviceReports.reset()));
  const planMonitor = disposables.add(new PlanMonitor(serviceReports, clock, log));
  disposables.add(account.onDidSwitch(() => planMonitor.reset()));
  const sizeMemory = new SizeMemory(globalState, () => account.owner);
  disposables.add(account.onDidSwitch(() => void sizeMemory.forgetRefused()));
  const sizePicker = new SizePicker({ client, memory: sizeMemory, defaultSize: settings.defaultSize });
  const computersInUse = disposables.add(new ComputersInUse());
  const finder = new ComputerFinder(store, client);
  const targets = new CommandTargets(account, store, new ComputerPicker(store));
  const shared = {
    ...{
      account,
      client,
      lastClient,
      lifecycle,
      store,
      terminals,
      serviceReports,
      planMonitor,
      computersInUse,
      sizeMemory,
      sizePicker,
      clock,
      log,
    },
    events: disposables.add(new ComputerEvents(store, lifecycle, clock)),
    ...{ finder, targets, findComputer: createFindComputer({ targets, finder, clock }) },
    startTimeoutMs: settings.startTimeout,
    onDeleted: (id: string): void => knownComputers.forget(id),
  };

  const diagnostics = disposables.add(
    registerDiagnostics({
      ...{ ...shared, ...connections, extension, output: service.output },
      statusHistory: disposables.add(new StatusHistory(store, clock)),
      recentProblems: service.recentProblems,
      redact: redactor(() => account.secrets()),
    }),
  );
  const idle = disposables.add(
    registerIdle({
      ...{ ...shared, memory: globalState, settings: settings.idle },
      requestStop: (id, signal) => lastClient.stop(id, signal),
      windowsFolder: join(globalStorageUri.fsPath, 'windows'),
    }),
  );
  const run = disposables.add(
    registerRun({
      ...{ ...shared, ...connections, ...settings, globalState, workspaceState },
      onFailure: showFailure,
    }),
  );
  const terminalsFeature = disposables.add(registerTerminals({ ...shared, ...connections }));
  const ports = disposables.add(
    registerPorts({
      ...{ ...shared, ...connections, workspaceState },
      computerOf: (terminal) =>
        terminals.find(terminal)?.pty.options.computer ?? run.terminals.computerOf(terminal),
    }),
  );
  for (const usage of [terminalsFeature.usage, ports.usage, run.terminals]) computersInUse.add(usage);
  const tree = disposables.add(
    registerTree({
      ...{ ...shared, projectFilter, memento: globalState },
      children: [...terminalsFeature.children, ...ports.children],
    }),
  );
  const { view } = tree;
  const lifecycleFeature = disposables.add(
    registerLifecycle({
      ...{ ...shared, memory: globalState, openAfterCreate: settings.openAfterCreate },
      selection: () => view.selection,
      isShown: (id) => view.isVisible || run.terminals.isRunningOn(id),
    }),
  );
  const handlers: Handlers<CommandId> = {
    ...disposables.add(registerAccount({ ...shared, checkKey: service.checkKey })).handlers,
    ...disposables.add(registerAgentSessions(shared)).handlers,
    ...disposables.add(registerDefaultComputer({ ...shared, ...settings })).handlers,
    ...disposables.add(registerDetails(shared)).handlers,
    ...diagnostics.handlers,
    ...lifecycleFeature.handlers,
    ...disposables.add(registerPlan({ ...shared, memory: globalState })).handlers,
    ...ports.handlers,
    ...disposables.add(registerProjects({ ...shared, filter: projectFilter })).handlers,
    ...run.handlers,
    ...disposables.add(registerScreen({ ...shared, extensionUri: context.extensionUri })).handlers,
    ...disposables.add(registerSshKeys({ ...shared, ...connections, ...settings })).handlers,
    ...disposables.add(registerTemplates(shared)).handlers,
    ...terminalsFeature.handlers,
    ...tree.handlers,
  };
  disposables.add(registerDeepLinks());
  disposables.add(registerCommands(handlers, log));
  return {
    restore: () => ports.restore(),
    close: async () => {
      await Promise.all([idle.close(), run.close()]);
    },
    dispose: () => disposables.dispose(),
  };
}
