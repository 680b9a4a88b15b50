import { persistInScreen } from './gnuScreen';
import type { ShellOptions, Size } from './shellSession';
import { persistInTmux } from './tmux';

/**
 * The multiplexers that are tried, in order, for each value of the setting celesto.terminal.persistence. Where none is
 * installed, the shell ends with its connection.
 */
const multiplexerOrder = {
  auto: ['tmux', 'screen'],
  tmux: ['tmux'],
  off: [],
} as const satisfies Record<ShellOptions['persistence'], readonly string[]>;

/** Script lines that run the shell in the first multiplexer that is installed, and go on where there is none. */
export function persistInMultiplexer({ persistence, name }: ShellOptions, size: Size): string {
  return multiplexerOrder[persistence]
    .map((multiplexer) => (multiplexer === 'tmux' ? persistInTmux(name, size) : persistInScreen(name)))
    .join('\n');
}
