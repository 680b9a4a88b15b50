import * as vscode from 'vscode';
import type { FreshCommands } from '../commands/freshCommands';
import type { Targets } from '../commands/targets';
import type { Finder } from '../model/finder';
import { TaskCompletion, taskFiles } from '../run/taskCompletion';
import { CelestoTasks, taskType } from '../run/tasks';
import { Disposables, type Disposable } from '../util/disposable';
import { settings } from '../util/settings';
import type { Running } from './runs';
import type { Service } from './service';

/** Tasks of the type "celesto". */
export function buildTasks(
  { store }: Service,
  { runs, history, fresh }: Running,
  targets: Targets,
  finder: Finder,
  { askWish }: FreshCommands,
): Disposable {
  const parts = new Disposables();
  const tasks = new CelestoTasks({
    ...{ runs, history, store, finder, fresh },
    signedIn: () => targets.signedIn(),
    defaultComputer: settings.defaultComputer,
    wish: askWish,
  });
  parts.add(vscode.tasks.registerTaskProvider(taskType, tasks));
  const quote = '"';
  parts.add(
    vscode.languages.registerCompletionItemProvider(taskFiles, new TaskCompletion(store), quote, ':'),
  );
  return parts;
}
