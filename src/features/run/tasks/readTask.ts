import { t } from '@vscode/l10n';
import type { Command } from '../command';

export const taskType = 'celesto';
/** The values of `computer` that are neither an id nor a name. */
export const specialComputerNames = ['default', 'new'] as const;

/** A task of the type "celesto", as read from tasks.json. Users write that file, so every field is checked. */
export interface TaskDefinition {
  /** An id, a name, or a special name; empty where it is missing. */
  readonly computer: string;
  readonly command: Command;
  /** The template of a new computer. */
  readonly template: string | undefined;
  /** Id of the size of a new computer. */
  readonly size: string | undefined;
}

export function readTaskDefinition({
  computer,
  template,
  size,
  command,
  cwd,
  env,
}: Readonly<Record<string, unknown>>): TaskDefinition {
  const variables =
    typeof env === 'object' && env !== null ? Object.entries(env as Record<string, unknown>) : [];
  return {
    computer: stringOf(computer) ?? '',
    template: stringOf(template),
    size: stringOf(size),
    command: {
      line: stringOf(command) ?? '',
      cwd: stringOf(cwd),
      env: Object.fromEntries(variables.map(([name, value]) => [name, String(value)])),
    },
  };
}

/** @throws Error when the task has no command */
export function assertCommand({ command }: TaskDefinition): void {
  if (command.line.trim() === '') throw new Error(t('This task has no command. Add one in tasks.json.'));
}

/** @throws Error when the task names a size for a computer that exists already */
export function assertSizeFits({ computer, size }: TaskDefinition): void {
  if (size === undefined || computer === 'new') return;
  throw new Error(
    t('"size" is for a new computer only. Set "computer" to "new", or remove "size" in tasks.json.'),
  );
}

/**
 * The id or name of the computer that a task runs on.
 * @param defaultComputer of the task's folder; empty for none
 * @throws Error when the task names no computer
 */
export function computerOf({ computer }: TaskDefinition, defaultComputer: () => string): string {
  if (computer === '') {
    throw new Error(
      t('This task names no computer. Set "computer" to an ID, a name, "default" or "new" in tasks.json.'),
    );
  }
  if (computer !== 'default') return computer;
  const idOrName = defaultComputer().trim();
  if (idOrName !== '') return idOrName;
  throw new Error(
    t(
      'This workspace has no default computer. Choose one with "Use as Workspace Default", or name one in the task.',
    ),
  );
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
