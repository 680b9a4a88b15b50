import type { UsageSource } from '../computers/computersInUse';
import type { Terminals } from '../terminal/terminals';

/** A terminal uses its computer while it is connected to it, or on its way there. */
export function useByTerminals(terminals: Terminals): UsageSource {
  const using = ['opening', 'open', 'reconnecting'];
  return {
    get computerIds() {
      const open = terminals.all.filter(({ pty }) => using.includes(pty.state));
      return open.map(({ pty }) => pty.spec.computer.id);
    },
    onDidChange: (listener) => terminals.onDidChange(listener),
  };
}
