import * as vscode from 'vscode';
import type { Account } from '../account/account';
import type { Computer } from '../computers/computer';
import type { ComputerStore } from '../computers/store';
import type { ComputerPicker } from './computerPicker';
import { ComputerNode } from './treeNodes';
import { capabilities } from './presentation';
import { cancellation } from './progress';

/** Finds out which computers a command is about: those it was called on, else those a person picks. */
export class Targets {
  constructor(
    private readonly account: Account,
    private readonly store: ComputerStore,
    private readonly picker: ComputerPicker,
  ) {}

  /** The one computer a command is about. Rejects with a cancellation when nobody says which. */
  async one(args: readonly unknown[], title: string, capability: string): Promise<Computer> {
    // With several selected it is the one that was clicked.
    const [given] = this.computersIn(args.slice(0, 1));
    if (given) return given;
    await this.ensureSignedIn();
    const picked = await this.picker.one(title, capability);
    if (!picked) throw cancellation();
    return picked;
  }

  /** The computers a command is about; of a selection, those that can do what is asked. */
  async many(args: readonly unknown[], title: string, capability: string): Promise<readonly Computer[]> {
    const given = this.computersIn(args);
    if (given.length > 0) return withCapability(capability, given);
    await this.ensureSignedIn();
    const picked = await this.picker.many(title, capability);
    if (picked.length === 0) throw cancellation();
    return picked;
  }

  /** Of the selected lines, the computers that can do what is asked. A key pressed on other lines alone does nothing. */
  selected(nodes: readonly unknown[], capability: string): readonly Computer[] {
    const given = this.computersIn([undefined, nodes]);
    if (given.length === 0) throw cancellation();
    return withCapability(capability, given);
  }

  /** Makes sure that somebody is signed in, by asking if need be. */
  async ensureSignedIn(): Promise<void> {
    if (this.account.state.kind === 'unknown') await this.account.load();
    if (this.account.state.kind !== 'signedIn') await vscode.commands.executeCommand('celesto.signIn');
    if (this.account.state.kind !== 'signedIn') throw cancellation();
    this.store.loadCache();
  }

  /** From a menu: the line and the whole selection. From the tree's own click, or from code: `{ computerId }`. */
  private computersIn(args: readonly unknown[]): Computer[] {
    const [clicked, selection] = args;
    const lines = Array.isArray(selection) && selection.length > 0 ? (selection as unknown[]) : [clicked];
    return lines.map((line) => this.resolve(line)).filter((computer) => computer !== undefined);
  }

  private resolve(node: unknown): Computer | undefined {
    if (node instanceof ComputerNode) return this.store.get(node.computer.id) ?? node.computer;
    if (typeof node !== 'object' || node === null || !('computerId' in node)) return undefined;
    const computer = this.store.get(String(node.computerId));
    if (!computer)
      throw new Error(vscode.l10n.t('That computer is not in the list any more. Refresh the list.'));
    return computer;
  }
}

function withCapability(capability: string, computers: readonly Computer[]): readonly Computer[] {
  const able = computers.filter((computer) => capabilities(computer).includes(capability));
  if (able.length === 0) throw new Error(vscode.l10n.t('That cannot be done in the present state.'));
  return able;
}
