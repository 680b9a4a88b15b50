import * as vscode from 'vscode';
import type { CreateRequest } from '../api/wire';
import type { Finder } from '../model/finder';
import { statusOf } from '../model/status';
import type { ComputerStore } from '../model/store';
import type { FreshComputers } from './freshComputers';
import { FreshPlace } from './freshPlace';
import type { RunHistory } from './history';
import { NamedPlace } from './namedPlace';
import type { Place } from './place';
import type { Command } from './request';
import type { Runs } from './runs';
import { inShort } from './words';

export const taskType = 'celesto';
/** What `computer` can be besides an id or a name. */
export const specialComputers = ['default', 'new'] as const;
/** Tasks offered without anybody having written them: of each computer, and in all. */
const most = { each: 5, all: 10 };

export interface TasksParts {
  readonly runs: Runs;
  readonly history: RunHistory;
  readonly store: ComputerStore;
  readonly finder: Finder;
  readonly fresh: FreshComputers;
  readonly signedIn: () => Promise<void>;
  readonly defaultComputer: () => string;
  /** The kind of computer for a task with "new": by the name of its template, else asked for. */
  readonly wish: (template: string | undefined) => Promise<CreateRequest>;
}

/** Tasks that run on a computer. What they hold comes from a file that a person wrote, so nothing in it is certain. */
export class CelestoTasks implements vscode.TaskProvider {
  constructor(private readonly parts: TasksParts) {}

  /** What was run last on the workspace's own computer, else on those that run. */
  provideTasks(): vscode.Task[] {
    const { store, history, defaultComputer } = this.parts;
    const own = store.find(defaultComputer().trim());
    const running = store.computers.filter(({ status }) => statusOf(status).open === 'connect');
    const tasks = (own ? [own] : running).flatMap((computer) =>
      history
        .of(computer.id)
        .slice(0, most.each)
        .map((command) => {
          const definition = { type: taskType, computer: own ? 'default' : computer.name, command };
          const name = vscode.l10n.t('{0} on {1}', inShort(command), computer.name);
          return this.task(definition, vscode.TaskScope.Workspace, name);
        }),
    );
    return tasks.slice(0, most.all);
  }

  resolveTask({ definition, scope, name }: vscode.Task): vscode.Task {
    return this.task(definition, scope ?? vscode.TaskScope.Workspace, name);
  }

  private task(
    definition: vscode.TaskDefinition,
    scope: vscode.WorkspaceFolder | vscode.TaskScope,
    name: string,
  ): vscode.Task {
    const execution = new vscode.CustomExecution((resolved) =>
      Promise.resolve(this.terminal(resolved, name)),
    );
    return new vscode.Task(definition, scope, name, taskType, execution);
  }

  private terminal(definition: vscode.TaskDefinition, name: string): vscode.Pseudoterminal {
    const command = commandOf(definition);
    const computer = textOf(definition.computer) ?? '';
    return this.parts.runs.terminal({
      placeName: computer,
      place: () => this.place(computer, definition),
      command,
      title: inShort(command.line),
      task: name,
    });
  }

  private place(computer: string, definition: vscode.TaskDefinition): Place {
    const { runs, fresh, finder, signedIn, wish } = this.parts;
    const placeOn = runs.placeOn;
    const check = (): void => {
      if (commandOf(definition).line.trim() === '')
        throw new Error(vscode.l10n.t('This task has no command. Give it one in tasks.json.'));
    };
    if (computer === 'new') {
      const wished = async (): Promise<CreateRequest> => {
        check();
        await signedIn();
        return wish(textOf(definition.template));
      };
      return new FreshPlace({ fresh, wish: wished, placeOn });
    }
    const idOrName = (): string => {
      check();
      return this.named(computer);
    };
    return new NamedPlace({ idOrName, finder, signedIn, placeOn });
  }

  private named(computer: string): string {
    if (computer === '') {
      throw new Error(
        vscode.l10n.t(
          'This task names no computer. Give its ID, its name, "default" or "new" in tasks.json.',
        ),
      );
    }
    if (computer !== 'default') return computer;
    const own = this.parts.defaultComputer().trim();
    if (own !== '') return own;
    throw new Error(
      vscode.l10n.t(
        'This workspace has no default computer. Choose one with "Use as Workspace Default", or name one in the task.',
      ),
    );
  }
}

function commandOf({ command, cwd, env }: vscode.TaskDefinition): Command {
  const variables =
    typeof env === 'object' && env !== null ? Object.entries(env as Record<string, unknown>) : [];
  return {
    line: textOf(command) ?? '',
    cwd: textOf(cwd),
    env: Object.fromEntries(variables.map(([name, value]) => [name, String(value)])),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
