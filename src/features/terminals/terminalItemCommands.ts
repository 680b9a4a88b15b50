import type { Terminals } from '../../terminal/terminals';
import type { Handler } from '../../ui/registerCommands';
import type { TerminalChild } from './terminalChildren';

/** Shows or closes the terminals in the tree. */
export class TerminalItemCommands {
  constructor(private readonly terminals: Terminals) {}

  /** Runs on a click. A terminal that is not connected connects again. */
  readonly show: Handler = (...args) => {
    const terminal = terminalOf(args);
    terminal?.show();
    if (terminal) this.terminals.find(terminal)?.pty.retry();
  };

  readonly close: Handler = (...args) => terminalOf(args)?.dispose();
}

/** The argument is the tree node, or an object with the child that a click passes. */
function terminalOf([node]: readonly unknown[]) {
  const { child } = (node ?? {}) as { child?: TerminalChild };
  return child?.kind === 'terminal' ? child.terminal : undefined;
}
