import * as vscode from 'vscode';
import type { ApiError } from '../../../api/apiErrors';
import type { CreateRequest } from '../../../api/wire';
import { type Computer, isServiceMachine } from '../../../computers/computer';
import type { ComputerFinder } from '../../../computers/computerFinder';
import type { ComputerStore } from '../../../computers/computerStore';
import { statusOf } from '../../../computers/statusTable';
import { abbreviate } from '../command';
import type { CommandHistory } from '../commandHistory';
import { ComputerByNameTarget } from '../computerByNameTarget';
import type { RunTarget } from '../runTarget';
import type { RunTerminals } from '../runTerminals';
import type { TemporaryComputers } from '../temporary/temporaryComputers';
import { TemporaryTarget } from '../temporary/temporaryTarget';
import {
  assertCommand,
  assertSizeFits,
  computerOf,
  readTaskDefinition,
  type TaskDefinition,
  taskType,
} from './readTask';
import type { SpendingConsent } from './spendingConsent';
import { type TaskLabel, taskTerminalName } from './taskTerminalName';

/** Commands of the history that are offered as tasks. */
const maxDetectedPerComputer = 5;
const maxDetected = 10;

export interface CelestoTaskProviderDeps {
  readonly terminals: RunTerminals;
  readonly history: CommandHistory;
  readonly store: ComputerStore;
  readonly finder: ComputerFinder;
  readonly temporaryComputers: TemporaryComputers;
  readonly ensureSignedIn: () => Promise<void>;
  /** The default computer of a workspace folder, else of the active editor; empty for none. */
  readonly defaultComputer: (folder?: vscode.Uri) => string;
  readonly spendingConsent: SpendingConsent;
  /** The create request for a task with "new": of the named template, else of one that the user picks; of a size by its id. */
  readonly createRequest: (template: string | undefined, size: string | undefined) => Promise<CreateRequest>;
  /** Asks the user for another size than the one that the service refuses. */
  readonly replaceSize: (request: CreateRequest, refused: ApiError) => Promise<CreateRequest>;
}

/** Provides the tasks of the type "celesto": those of tasks.json, and the latest commands. */
export class CelestoTaskProvider implements vscode.TaskProvider {
  constructor(private readonly deps: CelestoTaskProviderDeps) {}

  /** The latest commands of the default computer, else of all that run. */
  provideTasks(): vscode.Task[] {
    const { store, defaultComputer } = this.deps;
    const found = store.find(defaultComputer().trim());
    const own = found && isServiceMachine(found) ? undefined : found;
    const computers = own ? [own] : store.ownComputers.filter(({ status }) => statusOf(status).isRunning);
    const tasks = computers.flatMap((computer) =>
      this.detectedTasks(computer, own ? 'default' : computer.name),
    );
    return tasks.slice(0, maxDetected);
  }

  resolveTask({ definition, scope, name }: vscode.Task): vscode.Task {
    return this.taskOf(definition, { name, scope: scope ?? vscode.TaskScope.Workspace, isDetected: false });
  }

  private detectedTasks(computer: Computer, computerName: string): vscode.Task[] {
    const commands = this.deps.history.of(computer.id).slice(0, maxDetectedPerComputer);
    return commands.map((command) => {
      const name = vscode.l10n.t('{0} on {1}', abbreviate(command), computer.name);
      const definition = { type: taskType, computer: computerName, command };
      return this.taskOf(definition, { name, scope: vscode.TaskScope.Workspace, isDetected: true });
    });
  }

  private taskOf(definition: vscode.TaskDefinition, label: TaskLabel): vscode.Task {
    const execution = new vscode.CustomExecution((resolved) =>
      Promise.resolve(this.createTerminal(readTaskDefinition(resolved), label)),
    );
    return new vscode.Task(definition, label.scope, label.name, taskType, execution);
  }

  private createTerminal(definition: TaskDefinition, label: TaskLabel): vscode.Pseudoterminal {
    const { command, computer } = definition;
    return this.deps.terminals.create({
      targetName: computer,
      createTarget: () => this.targetOf(definition, label),
      command,
      title: abbreviate(command.line),
      taskName: taskTerminalName(label, vscode.workspace),
    });
  }

  private targetOf(definition: TaskDefinition, label: TaskLabel): RunTarget {
    const { terminals, finder, ensureSignedIn } = this.deps;
    if (definition.computer === 'new') return this.temporaryTarget(definition, label);
    const folder = typeof label.scope === 'object' ? label.scope.uri : undefined;
    const idOrName = (): string => {
      assertCommand(definition);
      assertSizeFits(definition);
      return computerOf(definition, () => this.deps.defaultComputer(folder));
    };
    return new ComputerByNameTarget({ idOrName, finder, ensureSignedIn, targetFor: terminals.targetFor });
  }

  private temporaryTarget(definition: TaskDefinition, { name, scope }: TaskLabel): RunTarget {
    const { terminals, temporaryComputers, ensureSignedIn, spendingConsent } = this.deps;
    const createRequest = async (): Promise<CreateRequest> => {
      assertCommand(definition);
      await spendingConsent.ensure(scope, name);
      await ensureSignedIn();
      return this.deps.createRequest(definition.template, definition.size);
    };
    return new TemporaryTarget({
      computers: temporaryComputers,
      createRequest,
      replaceSize: this.deps.replaceSize,
      targetFor: terminals.targetFor,
    });
  }
}
