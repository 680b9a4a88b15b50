import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { CelestoClient } from './api/client';
import { Http } from './api/http';
import { Account } from './auth/account';
import { AccountListCache } from './auth/listCache';
import type { CheckKey } from './auth/signIn';
import { AccountCommands } from './commands/accountCommands';
import { registerCommands } from './commands/commands';
import { CreateCommand } from './commands/createCommand';
import { DeleteCommand } from './commands/deleteCommand';
import { LifecycleCommands } from './commands/lifecycleCommands';
import { ListCommands } from './commands/listCommands';
import { OpenCommands } from './commands/openCommands';
import { Targets } from './commands/targets';
import { Lifecycle } from './model/lifecycle';
import { ComputerStore } from './model/store';
import { Connector } from './ssh/connector';
import { HostTrust } from './ssh/hostTrust';
import { IdentitySource } from './ssh/identities';
import { introduce } from './ssh/introduction';
import { KnownComputers } from './ssh/knownComputers';
import { lookUpInHome } from './ssh/knownHosts';
import { loadSsh2 } from './ssh/library';
import { OwnKey } from './ssh/ownKey';
import { ConnectionPool } from './ssh/pool';
import { Opening } from './terminal/opening';
import { DirectRoad } from './terminal/roads';
import { Terminals } from './terminal/terminals';
import { systemClock as clock } from './util/clock';
import { redactingLog } from './util/log';
import { settings } from './util/settings';
import { ComputerPicker } from './views/computerPicker';
import { ComputersTree } from './views/computersTree';
import { ComputersView } from './views/computersView';
import { askTrust, showHostKeyError } from './views/hostKeyMessages';

/** Builds the parts, wires them, registers them. Nothing is read or called before the view is seen or a command runs. */
export function activate(context: vscode.ExtensionContext): void {
  if (vscode.l10n.bundle) l10n.config({ contents: vscode.l10n.bundle });
  const { globalState: memory, secrets, subscriptions } = context;

  const output = vscode.window.createOutputChannel('Celesto', { log: true });
  const log = redactingLog(output, () => account.secrets());
  const account = new Account({ secrets, memory, baseUrl: settings.baseUrl, environment: process.env, log });
  const http = new Http(log);
  const client = new CelestoClient(
    http,
    () => account.credentials(),
    (error) => account.refuse(error),
  );
  const check: CheckKey = (apiKey, signal) =>
    new CelestoClient(http, () => Promise.resolve({ baseUrl: account.baseUrl(), apiKey })).user(signal);

  const store = new ComputerStore(client, clock, new AccountListCache(memory, account), log);
  const switched = account.onDidSwitch(() => store.reset());
  const reconfigured = vscode.workspace.onDidChangeConfiguration((change) => {
    if (change.affectsConfiguration('celesto.baseUrl')) void account.reload();
  });
  const lifecycle = new Lifecycle(client, store, clock, log);

  const known = new KnownComputers(memory);
  const ownKey = new OwnKey(secrets, log);
  const connector = new Connector({
    library: loadSsh2,
    identities: new IdentitySource(loadSsh2, ownKey, settings.identityFile),
    ownKey,
    trust: new HostTrust(known, lookUpInHome, askTrust, log),
    known,
    introduce: (computer, login, signal) => introduce(client, computer.id, login, log, signal),
    log,
  });
  const pool = new ConnectionPool(connector, clock);
  const opening = new Opening(lifecycle, [new DirectRoad(pool)], settings.startTimeout);
  const terminals = new Terminals(store, { opening, clock, log, onFailure: showHostKeyError });

  const tree = new ComputersTree(store);
  const view = new ComputersView(store, tree, account, memory);
  const targets = new Targets(account, store, new ComputerPicker(store));

  const accounts = new AccountCommands(account, client, check, targets);
  const open = new OpenCommands(targets, store, client, terminals, clock);
  const life = new LifecycleCommands(targets, lifecycle, clock, settings.startTimeout);
  const list = new ListCommands(account, store, view, targets, () => tree.filter);
  const create = new CreateCommand(targets, client, store, terminals, clock, settings.openAfterCreate);
  const remove = new DeleteCommand(targets, client, store, lifecycle, known, clock, () => view.selection);

  const commands = registerCommands(
    {
      'celesto.signIn': accounts.signIn,
      'celesto.signOut': accounts.signOut,
      'celesto.switchOrganization': accounts.switchOrganization,
      'celesto.create': create.create,
      'celesto.open': open.open,
      'celesto.newTerminal': open.newTerminal,
      'celesto.openByName': open.openByName,
      'celesto.start': life.start,
      'celesto.stop': life.stop,
      'celesto.restore': life.restore,
      'celesto.delete': remove.delete,
      'celesto.copyId': list.copyId,
      'celesto.copyName': list.copyName,
      'celesto.refresh': list.refresh,
      'celesto.filter': list.filter,
      'celesto.clearFilter': list.clearFilter,
      'celesto.groupByState': list.group('state'),
      'celesto.groupByTemplate': list.group('template'),
      'celesto.ungroup': list.group('none'),
      'celesto.showLog': () => output.show(),
    },
    log,
  );
  subscriptions.push(output, account, switched, reconfigured, store, pool, terminals, tree, view, commands);
}
