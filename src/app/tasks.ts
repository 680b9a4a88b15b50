import * as vscode from 'vscode';
import type { FreshCommands } from '../features/run/temporary/freshCommands';
import type { Targets } from '../ui/targets';
import type { Finder } from '../computers/finder';
import { TaskCompletion, taskFiles } from '../features/run/tasks/taskCompletion';
import { CelestoTasks, taskType } from '../features/run/tasks/tasks';
import { DisposableStore, type Disposable } from '../base/disposable';
import { describeError } from '../base/log';
import { settings } from './settings';
import type { Running } from './runs';
import type { Service } from './service';

/** Tasks of the type "celesto". */
export function buildTasks(
  service: Service,
  { runs, history, fresh }: Running,
  targets: Targets,
  finder: Finder,
  { askWish }: FreshCommands,
): Disposable {
  const { store } = service;
  const parts = new DisposableStore();
  const tasks = new CelestoTasks({
    ...{ runs, history, store, finder, fresh },
    signedIn: () => targets.ensureSignedIn(),
    defaultComputer: settings.defaultComputer,
    wish: askWish,
  });
  parts.add(vscode.tasks.registerTaskProvider(taskType, tasks));
  const quote = '"';
  const completion = new TaskCompletion(store, () => readOnce(service));
  parts.add(vscode.languages.registerCompletionItemProvider(taskFiles, completion, quote, ':'));
  return parts;
}

/** Reads the list where nobody has looked at it in this window yet. */
async function readOnce({ account, store, log }: Service): Promise<void> {
  try {
    if (account.state.kind === 'unknown') await account.load();
    if (account.state.kind !== 'signedIn') return;
    store.loadCache();
    if (store.state.freshness === 'none') await store.refresh();
  } catch (error) {
    log.info(`no names of computers to offer: ${describeError(error)}`);
  }
}
