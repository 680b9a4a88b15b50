import type { Computer } from './computer';
import { statusOf } from './statusTable';

/** An action that a computer's status allows, or a button that it gets. The menus in package.json look for these. */
export type Capability =
  /** Every computer has it: its row is that of a computer. */
  | 'computer'
  | 'open'
  /** Ports may be forwarded and published. */
  | 'ports'
  /** Its screen may be shown, if its template has one: the list does not tell. */
  | 'screen'
  | 'start'
  | 'stop'
  | 'restore'
  | 'delete'
  /** Of start and stop, just one has a button in the row. */
  | 'inlineStart'
  | 'inlineStop';

export function capabilitiesOf({ status }: Pick<Computer, 'status'>): readonly Capability[] {
  const { open, isRunning, isUnknown, canStart, canStop, canDelete, canRestore } = statusOf(status);
  const allowed: Readonly<Record<Capability, boolean>> = {
    computer: true,
    open: open !== 'refuse',
    ports: isRunning || isUnknown,
    screen: isRunning || isUnknown,
    start: canStart,
    stop: canStop,
    restore: canRestore,
    delete: canDelete,
    inlineStart: canStart,
    inlineStop: canStop && !canStart,
  };
  return (Object.keys(allowed) as Capability[]).filter((capability) => allowed[capability]);
}

export function isCapable(computer: Pick<Computer, 'status'>, capability: Capability): boolean {
  return capabilitiesOf(computer).includes(capability);
}
