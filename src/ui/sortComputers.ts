import { type Computer, isServiceMachine } from '../computers/computer';
import { statusOf } from '../computers/statusTable';

/** Compares names with numbers by value, node-2 before node-10, and without regard to case. */
const nameCollator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** Sorts by status (its `sortOrder`), then by name, then by id; the service's own machines come last. */
export function sortComputers(computers: readonly Computer[]): Computer[] {
  return [...computers].sort(
    (a, b) =>
      Number(isServiceMachine(a)) - Number(isServiceMachine(b)) ||
      statusOf(a.status).sortOrder - statusOf(b.status).sortOrder ||
      nameCollator.compare(a.name, b.name) ||
      nameCollator.compare(a.id, b.id),
  );
}
