import type { Computer } from './computer';
import { statusOf } from './status';

/** Something that can be done with a computer, as the menus of package.json name it in `viewItem` clauses. */
export type Capability =
  /** Every computer has it. */
  'computer' | 'open' | 'ports' | 'start' | 'stop' | 'restore' | 'delete' | 'inlineStart' | 'inlineStop';

/** Lists the capabilities of a computer, which depend on its status. */
export function capabilitiesOf(computer: Computer): Capability[] {
  const { open, canStart, canStop, canDelete, canRestore } = statusOf(computer.status);
  const capabilities: (Capability | false)[] = [
    'computer',
    open !== 'refuse' && 'open',
    (open === 'connect' || open === 'try') && 'ports',
    canStart && 'start',
    canStop && 'stop',
    canRestore && 'restore',
    canDelete && 'delete',
    // Of start and stop only one gets a button in the tree item.
    canStart ? 'inlineStart' : canStop && 'inlineStop',
  ];
  return capabilities.filter((capability) => capability !== false);
}
