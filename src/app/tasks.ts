import * as vscode from 'vscode';
import type { TemporaryComputerCommands } from '../features/run/temporary/temporaryComputerCommands';
import type { Targets } from '../ui/targets';
import type { ComputerFinder } from '../computers/computerFinder';
import {
  TasksJsonCompletion,
  tasksJsonFiles,
  triggerCharacters,
} from '../features/run/tasks/tasksJsonCompletion';
import { taskType } from '../features/run/tasks/taskDefinition';
import { CelestoTaskProvider } from '../features/run/tasks/taskProvider';
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
  finder: ComputerFinder,
  { createRequest: askWish }: TemporaryComputerCommands,
): Disposable {
  const { store } = service;
  const parts = new DisposableStore();
  const tasks = new CelestoTaskProvider({
    ...{ terminals: runs, history, store, finder, temporaryComputers: fresh },
    ensureSignedIn: () => targets.ensureSignedIn(),
    defaultComputer: settings.defaultComputer,
    createRequest: askWish,
  });
  parts.add(vscode.tasks.registerTaskProvider(taskType, tasks));
  const completion = new TasksJsonCompletion(store, () => readOnce(service));
  parts.add(
    vscode.languages.registerCompletionItemProvider(tasksJsonFiles, completion, ...triggerCharacters),
  );
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
