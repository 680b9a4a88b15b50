import { truncate } from '../../base/text';
import type { Size } from '../../shell/shellSession';

/** Characters of a command that a title or a list shows. */
const maxAbbreviation = 60;

/** A command to run on a computer. */
export interface Command {
  /** One or more lines for a shell. */
  readonly line: string;
  /** Standard input. Without it the command runs in a terminal and reads what is typed. */
  readonly input?: string | undefined;
  /** The working directory, `~` allowed; the home directory by default. */
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** A command on its way to a computer. */
export interface CommandRequest {
  readonly command: Command;
  /** Read when the command begins: a window may be resized while the connection is made. */
  readonly size: () => Size;
  /** Prints a line for the user before the command begins. */
  readonly report: (text: string) => void;
}

/** A command that cannot be run as it is. `message` is a sentence for the user. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** The first line of a command, shortened for a title or a list. */
export function abbreviate(line: string): string {
  const [first = '', ...others] = line.trim().split('\n');
  return truncate(others.length > 0 ? `${first} …` : first, maxAbbreviation);
}
