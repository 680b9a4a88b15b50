import { capabilitiesOf } from '../computers/capabilities';
import type { Computer } from '../computers/computer';
import { statusOf } from '../computers/statusTable';
import { formatComputerSize } from './computerFacts';
import { serviceMachineMark } from './serviceMachine';

/** A computer as an item of the tree or of a picker. Plain text: none of it may be rendered as trusted Markdown. */
export interface ComputerItemText {
  readonly label: string;
  readonly description: string;
  /** The id of a codicon; the table of statuses has it. */
  readonly icon: string;
  /** The id of a theme color. */
  readonly color: string;
  /** The capabilities, separated by spaces, for the `viewItem` clauses of package.json's menus. */
  readonly contextValue: string;
  /** Text for screen readers. */
  readonly ariaLabel: string;
}

/** Describes a computer for the tree and for pickers: name, mark of a service's own machine, status, template, size. */
export function computerItemText(computer: Computer): ComputerItemText {
  const { icon, color, label } = statusOf(computer.status);
  const status = label();
  const mark = serviceMachineMark(computer);
  const size = formatComputerSize(computer);
  return {
    label: computer.name,
    description: [mark, status, computer.templateId, size].filter(Boolean).join(' · '),
    icon,
    color,
    contextValue: capabilitiesOf(computer).join(' '),
    ariaLabel: [computer.name, mark, status, computer.lastError, computer.templateId, size]
      .filter(Boolean)
      .join(', '),
  };
}
