import * as vscode from 'vscode';
import type { Account } from '../account/account';
import { cancellation } from '../base/abort';
import { type Capability, isCapable } from '../computers/capabilities';
import type { Computer } from '../computers/computer';
import type { ComputerStore } from '../computers/computerStore';
import type { ComputerPicker } from './computerPicker';
import { ComputerNode } from './treeNodes';

/** Resolves the computers that a command acts on: those it was called on, else those that the user picks. */
export class CommandTargets {
  constructor(
    private readonly account: Account,
    private readonly store: ComputerStore,
    private readonly picker: ComputerPicker,
  ) {}

  /**
   * Resolves one computer; of a selection, the one that was clicked.
   * @throws a cancellation when the user picks none
   */
  async one(args: readonly unknown[], title: string, capability: Capability): Promise<Computer> {
    const [given] = this.computersIn(args.slice(0, 1));
    if (given) return given;
    await this.ensureSignedIn();
    const picked = await this.picker.one(title, capability);
    if (!picked) throw cancellation();
    return picked;
  }

  /**
   * Resolves any number of computers; of a selection, those with the capability.
   * @throws a cancellation when the user picks none
   */
  async many(args: readonly unknown[], title: string, capability: Capability): Promise<readonly Computer[]> {
    const given = this.computersIn(args);
    if (given.length > 0) return withCapability(capability, given);
    await this.ensureSignedIn();
    const picked = await this.picker.many(title, capability);
    if (picked.length === 0) throw cancellation();
    return picked;
  }

  /**
   * Resolves the computers among selected tree nodes that have the capability.
   * @throws a cancellation when no computer is selected: a key pressed on other nodes does nothing
   */
  selected(nodes: readonly unknown[], capability: Capability): readonly Computer[] {
    const given = this.computersIn([undefined, nodes]);
    if (given.length === 0) throw cancellation();
    return withCapability(capability, given);
  }

  /** Runs the sign-in where nobody is signed in. @throws a cancellation when the user does not sign in */
  async ensureSignedIn(): Promise<void> {
    if (this.account.state.kind === 'unknown') await this.account.load();
    if (this.account.state.kind !== 'signedIn') await vscode.commands.executeCommand('celesto.signIn');
    if (this.account.state.kind !== 'signedIn') throw cancellation();
    this.store.loadCache();
  }

  /** Reads a command's arguments: node and selection from a menu, `{ computerId }` from a click or from code. */
  private computersIn(args: readonly unknown[]): Computer[] {
    const [clicked, selection] = args;
    const nodes = Array.isArray(selection) && selection.length > 0 ? (selection as unknown[]) : [clicked];
    return nodes.map((node) => this.resolve(node)).filter((computer) => computer !== undefined);
  }

  private resolve(node: unknown): Computer | undefined {
    if (node instanceof ComputerNode) return this.store.get(node.computer.id) ?? node.computer;
    if (typeof node !== 'object' || node === null || !('computerId' in node)) return undefined;
    const computer = this.store.get(String(node.computerId));
    if (!computer)
      throw new Error(vscode.l10n.t('That computer is no longer in the list. Refresh the list.'));
    return computer;
  }
}

/** Filters computers by a capability. @throws when none has it */
function withCapability(capability: Capability, computers: readonly Computer[]): readonly Computer[] {
  const capable = computers.filter((computer) => isCapable(computer, capability));
  if (capable.length === 0)
    throw new Error(vscode.l10n.t('That is not possible in the current state of the computer.'));
  return capable;
}
