import type * as vscode from 'vscode';
import type { Project } from '../api/wire';
import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import type { Account } from './account';

/** A project whose computers alone are listed. */
export type ListedProject = Pick<Project, 'id' | 'name'>;

/** Holds the project whose computers are listed, for each account and organization; none for all of them. */
export class ProjectFilter implements Disposable {
  private readonly changes = new Emitter<undefined>();

  /** Fires when another project is listed, or all of them. */
  readonly onDidChange = this.changes.event;

  constructor(
    private readonly memory: vscode.Memento,
    private readonly account: Pick<Account, 'owner'>,
  ) {}

  get current(): ListedProject | undefined {
    return this.memory.get<ListedProject>(this.key);
  }

  async set(project: ListedProject | undefined): Promise<void> {
    await this.memory.update(this.key, project);
    this.changes.fire(undefined);
  }

  dispose(): void {
    this.changes.dispose();
  }

  private get key(): string {
    return `celesto.project ${this.account.owner}`;
  }
}
