import * as vscode from 'vscode';
import { CelestoClient } from '../api/client';
import { Http } from '../api/http';
import { Account } from '../account/account';
import { AccountListCache } from '../account/listCache';
import type { CheckKey } from '../features/account/signIn';
import { Lifecycle } from '../computers/lifecycle';
import { ComputerStore } from '../computers/store';
import type { Clock } from '../base/clock';
import { DisposableStore, type Disposable } from '../base/disposable';
import { redactingLog, type Log } from '../base/log';
import { settings } from './settings';
import { RecentProblemsLog } from '../base/recentProblems';

/** The service, and what this window knows of it. */
export interface Service extends Disposable {
  readonly output: vscode.LogOutputChannel;
  readonly log: Log;
  /** What went wrong lately, free of secrets. */
  readonly troubles: RecentProblemsLog;
  readonly account: Account;
  readonly client: CelestoClient;
  /** The same, with the credentials that were used last, for a window that closes. */
  readonly lastClient: CelestoClient;
  /** Asks who a key belongs to. */
  readonly check: CheckKey;
  readonly store: ComputerStore;
  readonly lifecycle: Lifecycle;
}

export function buildService(context: vscode.ExtensionContext, clock: Clock): Service {
  const { globalState: memory, secrets } = context;
  const output = vscode.window.createOutputChannel('Celesto', { log: true });
  const troubles = new RecentProblemsLog(output, clock);
  const log = redactingLog(troubles, () => account.secrets());
  const account = new Account({ secrets, memory, baseUrl: settings.baseUrl, environment: process.env, log });
  const http = new Http(log);
  const client = new CelestoClient(
    http,
    () => account.credentials(),
    (error, refused) => account.rejectCredentials(error, refused),
  );
  const check: CheckKey = (apiKey, signal) =>
    new CelestoClient(http, () => Promise.resolve({ baseUrl: account.baseUrl(), apiKey })).user(signal);

  const lastClient = new CelestoClient(http, () => Promise.resolve(account.lastCredentials));

  const store = new ComputerStore(client, clock, new AccountListCache(memory, account), log);
  const parts = new DisposableStore();
  for (const part of [output, account, store]) parts.add(part);
  parts.add(account.onDidSwitch(() => store.reset()));
  parts.add(
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('celesto.baseUrl')) void account.reload();
    }),
  );
  const lifecycle = new Lifecycle(client, store, clock, log);
  const dispose = (): void => parts.dispose();
  const clients = { client, lastClient, check };
  return { output, log, troubles, account, ...clients, store, lifecycle, dispose };
}
