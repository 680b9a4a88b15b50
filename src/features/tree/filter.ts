import type { Computer } from '../../computers/computer';
import { statusOf } from '../../computers/statusTable';

/** Tests for the text, in any case, in the computer's name, id, template or status. */
export function matchesFilter(computer: Computer, filter: string): boolean {
  const needle = filter.trim().toLowerCase();
  const texts = [
    computer.name,
    computer.id,
    computer.templateId,
    computer.status,
    statusOf(computer.status).label(),
  ];
  return texts.some((text) => text.toLowerCase().includes(needle));
}
