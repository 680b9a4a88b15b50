import * as vscode from 'vscode';
import type { Account } from '../../../account/account';
import type { Size } from '../../../api/wire';
import { type Disposable, DisposableStore } from '../../../base/disposable';
import { describeError, type Log } from '../../../base/log';
import type { ComputerStore } from '../../../computers/computerStore';
import { taskType } from './readTask';
import { CelestoTaskProvider, type CelestoTaskProviderDeps } from './taskProvider';
import { TasksJsonCompletion, tasksJsonFiles, triggerCharacters } from './tasksJsonCompletion';

export interface TasksDeps extends CelestoTaskProviderDeps {
  readonly account: Account;
  readonly store: ComputerStore;
  readonly log: Log;
  /** The sizes of the service; undefined where it has none. */
  readonly sizes: () => Promise<readonly Size[] | undefined>;
}

/** Registers the tasks of type "celesto", and the completion of their fields in tasks.json. */
export function registerTasks(deps: TasksDeps): Disposable {
  const disposables = new DisposableStore();
  disposables.add(vscode.tasks.registerTaskProvider(taskType, new CelestoTaskProvider(deps)));
  const completion = new TasksJsonCompletion(
    deps.store,
    () => ensureList(deps),
    () => readSizes(deps),
  );
  disposables.add(
    vscode.languages.registerCompletionItemProvider(tasksJsonFiles, completion, ...triggerCharacters),
  );
  return disposables;
}

/** Reads the list of computers where this window has not read it yet. Never rejects. */
async function ensureList(deps: TasksDeps): Promise<void> {
  const { store, log } = deps;
  try {
    if (!(await isSignedIn(deps))) return;
    store.loadCache();
    if (store.state.freshness === 'none') await store.refresh();
  } catch (error) {
    log.info(`no names of computers to offer: ${describeError(error)}`);
  }
}

/** Reads the sizes of the service; none where nobody is signed in. Never rejects. */
async function readSizes(deps: TasksDeps): Promise<readonly Size[]> {
  try {
    if (!(await isSignedIn(deps))) return [];
    return (await deps.sizes()) ?? [];
  } catch (error) {
    deps.log.info(`no sizes to offer: ${describeError(error)}`);
    return [];
  }
}

async function isSignedIn({ account }: TasksDeps): Promise<boolean> {
  if (account.state.kind === 'unknown') await account.load();
  return account.state.kind === 'signedIn';
}
