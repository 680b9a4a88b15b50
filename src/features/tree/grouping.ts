import type { Computer } from '../../computers/computer';
import { statusOf } from '../../computers/statusTable';

/** A way to divide the list. */
export type Grouping = 'none' | 'state' | 'template';

/** A group of the list. The key stays the same in every language. */
export interface Group {
  readonly key: string;
  readonly label: string;
}

/** Finds the group that a computer belongs to. */
export function groupOf(computer: Computer, grouping: Exclude<Grouping, 'none'>): Group {
  if (grouping === 'template') return { key: computer.templateId, label: computer.templateId };
  return { key: computer.status, label: statusOf(computer.status).label() };
}
