import { t } from '@vscode/l10n';
import { capabilitiesOf } from '../computers/capabilities';
import type { Computer } from '../computers/computer';
import { diskDeletionOf, isDiskDeletedSoon } from '../computers/diskDeletion';
import { statusOf } from '../computers/statusTable';
import { formatComputerSize } from './computerFacts';
import { formatDay } from './formatDay';
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

/** The id of the theme color of a computer whose disk is deleted soon. */
const warningColor = 'charts.yellow';

/**
 * Describes a computer for the tree and for pickers: name, mark of a service's own machine, status, template, size.
 * @param now milliseconds since the epoch
 */
export function computerItemText(computer: Computer, now = Date.now()): ComputerItemText {
  const { icon, color, label } = statusOf(computer.status);
  const status = label();
  const mark = serviceMachineMark(computer);
  const warning = diskWarning(computer, now);
  const size = formatComputerSize(computer);
  return {
    label: computer.name,
    description: [mark, status, warning, computer.templateId, size].filter(Boolean).join(' · '),
    icon,
    color: warning === undefined ? color : warningColor,
    contextValue: capabilitiesOf(computer).join(' '),
    ariaLabel: [computer.name, mark, status, warning, computer.lastError, computer.templateId, size]
      .filter(Boolean)
      .join(', '),
  };
}

function diskWarning(computer: Computer, now: number): string | undefined {
  const deletion = diskDeletionOf(computer);
  return deletion && isDiskDeletedSoon(computer, now)
    ? t('disk is kept until {0}', formatDay(deletion))
    : undefined;
}
