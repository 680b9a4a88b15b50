import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { Account } from '../account/account';
import { AccountListCache } from '../account/listCache';
import { ProjectFilter } from '../account/projectFilter';
import { CelestoClient } from '../api/client';
import { Http } from '../api/http';
import type { Clock } from '../base/clock';
import { type Disposable, DisposableStore } from '../base/disposable';
import { type Log, redactingLog } from '../base/log';
import { RecentProblemsLog } from '../base/recentProblems';
import { ComputerStore } from '../computers/computerStore';
import { Lifecycle } from '../computers/lifecycle';
import type { CheckKey } from '../features/account/apiKeyInput';
import { settings } from './settings';

/** The service's client, the account, and the computers that this window knows. */
export interface Service extends Disposable {
  readonly output: vscode.LogOutputChannel;
  readonly log: Log;
  /** The last warnings and errors, without secrets. */
  readonly recentProblems: RecentProblemsLog;
  readonly account: Account;
  readonly projectFilter: ProjectFilter;
  readonly client: CelestoClient;
  /** A client with the credentials of the last request, for a window that closes: it reads no secrets. */
  readonly lastClient: CelestoClient;
  readonly checkKey: CheckKey;
  readonly store: ComputerStore;
  readonly lifecycle: Lifecycle;
}

/** Makes the client, the account and the store; nothing is read or requested yet. */
export function createService(context: vscode.ExtensionContext, clock: Clock): Service {
  const { globalState: memory, secrets } = context;
  const output = vscode.window.createOutputChannel('Celesto', { log: true });
  const recentProblems = new RecentProblemsLog(output, clock);
  const log = redactingLog(recentProblems, () => account.secrets());
  const { env: environment } = process;
  const { baseUrl } = settings;
  const account = new Account({ secrets, memory, baseUrl, environment, home: homedir(), log });
  const http = new Http(log);
  const client = new CelestoClient(
    http,
    () => account.credentials(),
    (error, refused) => account.rejectCredentials(error, refused),
  );
  const checkKey: CheckKey = (credentials, signal) =>
    new CelestoClient(http, () => Promise.resolve(credentials)).user(signal);

  const lastClient = new CelestoClient(http, () => Promise.resolve(account.lastCredentials));

  const projectFilter = new ProjectFilter(memory, account);
  const listed = {
    get owner(): string {
      return [account.owner, projectFilter.current?.id].filter(Boolean).join(' ');
    },
  };
  const list: CelestoClient['list'] = (signal) => client.list(signal, projectFilter.current?.id);
  const store = new ComputerStore({ list }, clock, new AccountListCache(memory, listed), log);
  const disposables = new DisposableStore();
  for (const disposable of [output, account, projectFilter, store]) disposables.add(disposable);
  disposables.add(account.onDidSwitch(() => store.reset()));
  disposables.add(
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('celesto.baseUrl')) void account.reload();
    }),
  );
  const lifecycle = new Lifecycle(client, store, clock, log);
  const dispose = (): void => disposables.dispose();
  const clients = { client, lastClient, checkKey };
  return { output, log, recentProblems, account, projectFilter, ...clients, store, lifecycle, dispose };
}
