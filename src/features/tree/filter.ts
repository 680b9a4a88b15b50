import type { Computer } from '../../computers/computer';
import { statusOf } from '../../computers/statusTable';
import { serviceMachineMark } from '../../ui/serviceMachine';

/** Tests for the text, in any case, in the computer's name, id, template, status or mark. */
export function matchesFilter(computer: Computer, filter: string): boolean {
  const needle = filter.trim().toLowerCase();
  const texts = [
    computer.name,
    computer.id,
    computer.templateId,
    computer.status,
    statusOf(computer.status).label(),
    serviceMachineMark(computer) ?? '',
  ];
  return texts.some((text) => text.toLowerCase().includes(needle));
}
