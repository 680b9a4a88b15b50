import { t } from '@vscode/l10n';
import type { Computer } from '../computers/computer';
import { statusOf } from '../computers/status';
import { formatMegabytes } from '../base/text';

/** How the list is divided. */
export type Grouping = 'none' | 'state' | 'template';

/** What a computer looks like in a list. Plain texts: none of them may be rendered as trusted Markdown. */
export interface Appearance {
  readonly label: string;
  readonly description: string;
  readonly icon: string;
  readonly color: string;
  /** What the menus ask for: words for what can be done with it. */
  readonly contextValue: string;
  /** For screen readers. */
  readonly ariaLabel: string;
}

/** How a computer appears in the tree and in pickers. */
export function appearanceOf(computer: Computer): Appearance {
  const status = statusOf(computer.status);
  const size = formatSize(computer);
  const words = status.label();
  return {
    label: computer.name,
    description: [words, computer.templateId, size].filter(Boolean).join(' · '),
    icon: status.icon,
    color: status.color,
    contextValue: capabilities(computer).join(' '),
    ariaLabel: [computer.name, words, computer.lastError, computer.templateId, size]
      .filter(Boolean)
      .join(', '),
  };
}

/** What can be done with a computer, in the words that package.json's menus look for. */
export function capabilities(computer: Computer): string[] {
  const status = statusOf(computer.status);
  const { canStart, canStop, canDelete, canRestore } = status;
  return [
    'computer',
    status.open !== 'refuse' && 'open',
    (status.open === 'connect' || status.open === 'try') && 'ports',
    canStart && 'start',
    canStop && 'stop',
    canRestore && 'restore',
    canDelete && 'delete',
    // Of start and stop just one gets a button in the line.
    canStart ? 'inlineStart' : canStop && 'inlineStop',
  ].filter((word) => word !== false);
}

/** The facts of a computer for its tooltip, as pairs of a label and a value. */
export function factsOf(computer: Computer): [string, string][] {
  const facts: [string, string | undefined][] = [
    [t('State'), statusOf(computer.status).label()],
    [t('Last error'), computer.lastError],
    [t('ID'), computer.id],
    [t('Template'), computer.templateId],
    [t('Size'), formatSize(computer)],
    [t('Disk'), formatMegabytes(computer.diskMb)],
    [t('Region'), computer.region],
    [t('Network'), computer.network === 'off' ? t('off') : computer.network],
    [t('Persistent volume'), computer.persistentVolume ? '/home/ohm' : undefined],
    [t('Created'), formatDate(computer.createdAt)],
    [t('Stopped'), computer.stoppedAt && formatDate(computer.stoppedAt)],
  ];
  return facts.filter((fact): fact is [string, string] => Boolean(fact[1]));
}

/** Sorted by state, then by name as people count: node-2 before node-10. */
export function sortComputers(computers: readonly Computer[]): Computer[] {
  return [...computers].sort(
    (a, b) =>
      statusOf(a.status).sortOrder - statusOf(b.status).sortOrder ||
      byName.compare(a.name, b.name) ||
      byName.compare(a.id, b.id),
  );
}

/** True where the text is in the computer's name, id, state or template. */
export function matchesFilter(computer: Computer, filter: string): boolean {
  const wanted = filter.trim().toLowerCase();
  const texts = [
    computer.name,
    computer.id,
    computer.templateId,
    computer.status,
    statusOf(computer.status).label(),
  ];
  return texts.some((text) => text.toLowerCase().includes(wanted));
}

/** The group a computer belongs to: a key that stays, and a label for people. */
export function groupOf(
  computer: Computer,
  grouping: Exclude<Grouping, 'none'>,
): { key: string; label: string } {
  if (grouping === 'template') return { key: computer.templateId, label: computer.templateId };
  return { key: computer.status, label: statusOf(computer.status).label() };
}

function formatSize({ vcpus, ramMb }: Computer): string {
  return t('{0} CPU, {1}', vcpus, formatMegabytes(ramMb));
}

const byName = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** A date in the person's own way; the service's own spelling where it is no date. */
function formatDate(text: string): string {
  const parsed = new Date(text);
  return Number.isNaN(parsed.getTime())
    ? text
    : parsed.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}
