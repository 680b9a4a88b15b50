import * as vscode from 'vscode';
import type { CreateRequest } from '../../../api/wire';
import type { ComputerFinder } from '../../../computers/computerFinder';
import { statusOf } from '../../../computers/status';
import type { ComputerStore } from '../../../computers/store';
import type { TemporaryComputers } from '../temporary/temporaryComputers';
import { TemporaryTarget } from '../temporary/temporaryTarget';
import type { CommandHistory } from '../commandHistory';
import { LookedUpTarget } from '../lookedUpTarget';
import type { RunTarget } from '../runTarget';
import type { Command } from '../commandScript';
import type { RunTerminals } from '../runTerminals';
import { abbreviate } from '../runOutcome';

export const taskType = 'celesto';
/** What `computer` can be besides an id or a name. */
export const specialComputerNames = ['default', 'new'] as const;
/** Tasks offered without anybody having written them: of each computer, and in all. */
const most = { each: 5, all: 10 };

export interface CelestoTaskProviderDeps {
  readonly terminals: RunTerminals;
  readonly history: CommandHistory;
  readonly store: ComputerStore;
  readonly finder: ComputerFinder;
  readonly temporaryComputers: TemporaryComputers;
  readonly ensureSignedIn: () => Promise<void>;
  /** That of a folder of the workspace, else of what is worked in. */
  readonly defaultComputer: (folder?: vscode.Uri) => string;
  /** The kind of computer for a task with "new": by the name of its template, else asked for. */
  readonly createRequest: (template: string | undefined) => Promise<CreateRequest>;
}

/** What the name of a task's terminal is made of. */
interface TaskLabel {
  readonly name: string;
  readonly scope: vscode.WorkspaceFolder | vscode.TaskScope;
  /** Offered without anybody having written it. */
  readonly isOffered: boolean;
}

/** Tasks that run on a computer. What they hold comes from a file that a person wrote, so nothing in it is certain. */
export class CelestoTaskProvider implements vscode.TaskProvider {
  constructor(private readonly deps: CelestoTaskProviderDeps) {}

  /** What was run last on the workspace's own computer, else on those that run. */
  provideTasks(): vscode.Task[] {
    const { store, history, defaultComputer } = this.deps;
    const own = store.find(defaultComputer().trim());
    const running = store.computers.filter(({ status }) => statusOf(status).open === 'connect');
    const tasks = (own ? [own] : running).flatMap((computer) =>
      history
        .of(computer.id)
        .slice(0, most.each)
        .map((command) => {
          const definition = { type: taskType, computer: own ? 'default' : computer.name, command };
          const name = vscode.l10n.t('{0} on {1}', abbreviate(command), computer.name);
          return this.task(definition, { name, scope: vscode.TaskScope.Workspace, isOffered: true });
        }),
    );
    return tasks.slice(0, most.all);
  }

  resolveTask({ definition, scope, name }: vscode.Task): vscode.Task {
    return this.task(definition, { name, scope: scope ?? vscode.TaskScope.Workspace, isOffered: false });
  }

  private task(definition: vscode.TaskDefinition, named: TaskLabel): vscode.Task {
    const execution = new vscode.CustomExecution((resolved) =>
      Promise.resolve(this.terminal(resolved, named)),
    );
    return new vscode.Task(definition, named.scope, named.name, taskType, execution);
  }

  private terminal(definition: vscode.TaskDefinition, named: TaskLabel): vscode.Pseudoterminal {
    const command = commandOf(definition);
    const computer = textOf(definition.computer) ?? '';
    return this.deps.terminals.terminal({
      targetName: computer,
      createTarget: () => this.place(computer, definition, named.scope),
      command,
      title: abbreviate(command.line),
      taskName: terminalNameOf(named, vscode.workspace),
    });
  }

  private place(
    computer: string,
    definition: vscode.TaskDefinition,
    scope: vscode.WorkspaceFolder | vscode.TaskScope,
  ): RunTarget {
    const {
      terminals: runs,
      temporaryComputers: fresh,
      finder,
      ensureSignedIn: signedIn,
      createRequest: wish,
    } = this.deps;
    const placeOn = runs.targetFor;
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
      return new TemporaryTarget({ computers: fresh, createRequest: wished, targetFor: placeOn });
    }
    const idOrName = (): string => {
      check();
      return this.named(computer, scope);
    };
    return new LookedUpTarget({ idOrName, finder, ensureSignedIn: signedIn, targetFor: placeOn });
  }

  private named(computer: string, scope: vscode.WorkspaceFolder | vscode.TaskScope): string {
    if (computer === '') {
      throw new Error(
        vscode.l10n.t(
          'This task names no computer. Give its ID, its name, "default" or "new" in tasks.json.',
        ),
      );
    }
    if (computer !== 'default') return computer;
    const own = this.deps.defaultComputer(typeof scope === 'object' ? scope.uri : undefined).trim();
    if (own !== '') return own;
    throw new Error(
      vscode.l10n.t(
        'This workspace has no default computer. Choose one with "Use as Workspace Default", or name one in the task.',
      ),
    );
  }
}

/**
 * How VS Code calls the terminal of a task: where there may be several folders, with that of the task as well, which is the
 * first one for those of the whole workspace.
 */
export function terminalNameOf(
  { name, scope, isOffered }: TaskLabel,
  {
    workspaceFile,
    workspaceFolders: [first] = [],
  }: Pick<typeof vscode.workspace, 'workspaceFile' | 'workspaceFolders'>,
): string {
  if (!workspaceFile) return name;
  const folder = typeof scope === 'object' ? scope : first;
  const label = isOffered ? `${taskType}: ${name}` : name;
  return folder ? `${label} (${folder.name})` : label;
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
