import * as vscode from 'vscode';
import type { Clock } from '../../base/clock';
import { DisposableStore } from '../../base/disposable';
import type { UsageSource } from '../../computers/computersInUse';
import type { PersistentShells } from '../../terminal/persistentShells';
import type { Terminals } from '../../terminal/terminals';
import type { CommandTargets } from '../../ui/commandTargets';
import type { FindComputer } from '../../ui/findComputerWithProgress';
import type { Feature } from '../../ui/registerCommands';
import type { ChildProvider } from '../../ui/treeChildren';
import { DetachedShellChildren } from './detachedShellChildren';
import { DetachedShellCommands } from './detachedShellCommands';
import { NewTerminalCommands } from './newTerminalCommands';
import { OpenComputerCommands } from './openComputerCommands';
import { TerminalChildren } from './terminalChildren';
import { TerminalItemCommands } from './terminalItemCommands';

export type TerminalsCommandId =
  | 'celesto.open'
  | 'celesto.newTerminal'
  | 'celesto.openByName'
  | 'celesto.newTerminalInEditor'
  | 'celesto.newTerminalAtDirectory'
  | 'celesto.splitTerminal'
  | 'celesto.showTerminal'
  | 'celesto.closeTerminal'
  | 'celesto.attachShell'
  | 'celesto.endShell';

export interface TerminalsDeps {
  readonly targets: CommandTargets;
  readonly findComputer: FindComputer;
  readonly terminals: Terminals;
  readonly shells: PersistentShells;
  readonly clock: Clock;
}

export interface TerminalsFeature extends Feature<TerminalsCommandId> {
  /** Open terminals and detached shells, for the tree. */
  readonly children: readonly ChildProvider[];
  /** Computers with a terminal that is connected or connecting. */
  readonly usage: UsageSource;
}

/** The id of the terminal profile in package.json. */
const profileId = 'celesto.computer';
/** States of a terminal in which it uses its computer. */
const usingStates = ['opening', 'open', 'reconnecting'];

/** Registers the commands and the profile that open terminals, and terminals and detached shells in the tree. */
export function registerTerminals(deps: TerminalsDeps): TerminalsFeature {
  const { targets, findComputer, terminals, shells, clock } = deps;
  const disposables = new DisposableStore();
  const children = disposables.add(new TerminalChildren(terminals));
  const open = new OpenComputerCommands(targets, findComputer, terminals);
  const commands = new NewTerminalCommands(targets, terminals);
  const items = new TerminalItemCommands(terminals);
  const detached = new DetachedShellCommands(targets, shells, terminals, clock);
  disposables.add(vscode.window.registerTerminalProfileProvider(profileId, commands.profile));
  return {
    children: [children, new DetachedShellChildren(shells)],
    usage: usageOf(terminals),
    handlers: {
      'celesto.open': open.open,
      'celesto.newTerminal': open.newTerminal,
      'celesto.openByName': open.openByName,
      'celesto.newTerminalInEditor': commands.newInEditor,
      'celesto.newTerminalAtDirectory': commands.newAtDirectory,
      'celesto.splitTerminal': commands.split,
      'celesto.showTerminal': items.show,
      'celesto.closeTerminal': items.close,
      'celesto.attachShell': detached.attach,
      'celesto.endShell': detached.end,
    },
    dispose: () => disposables.dispose(),
  };
}

function usageOf(terminals: Terminals): UsageSource {
  return {
    get computerIds() {
      const using = terminals.all.filter(({ pty }) => usingStates.includes(pty.state));
      return using.map(({ computerId }) => computerId);
    },
    onDidChange: (listener) => terminals.onDidChange(listener),
  };
}
