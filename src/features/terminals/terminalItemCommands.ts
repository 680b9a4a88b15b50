import type { Handler } from '../../ui/registerCommands';
import type { Terminals } from '../../terminal/terminals';
import type { TerminalChild } from './terminalChildren';

/** What can be done with the terminals in the list. */
export class TerminalItemCommands {
  constructor(private readonly terminals: Terminals) {}

  /** A click on its line. */
  readonly show: Handler = (...args) => {
    const terminal = terminalOf(args);
    terminal?.show();
    if (terminal) this.terminals.find(terminal)?.pty.revive();
  };

  readonly close: Handler = (...args) => terminalOf(args)?.dispose();
}

/** From the tree: the line, or what its click passes on. */
function terminalOf([line]: readonly unknown[]) {
  const { part } = (line ?? {}) as { part?: TerminalChild };
  return part?.kind === 'terminal' ? part.terminal : undefined;
}
