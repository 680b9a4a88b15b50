import type { Clock } from './clock';
import type { Log } from './log';

/** A line of the log that was a warning or an error. */
export interface LoggedProblem {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly level: 'warn' | 'error';
  readonly message: string;
}

/** How many are kept; the oldest go first. */
const maxProblems = 50;

/** A log that passes all on, and keeps the last warnings and errors. */
export class RecentProblemsLog implements Log {
  private readonly kept: LoggedProblem[] = [];

  constructor(
    private readonly log: Log,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /** The last of them, in the order in which they came. */
  get problems(): readonly LoggedProblem[] {
    return this.kept;
  }

  trace(message: string): void {
    this.log.trace(message);
  }

  debug(message: string): void {
    this.log.debug(message);
  }

  info(message: string): void {
    this.log.info(message);
  }

  warn(message: string): void {
    this.keep('warn', message);
    this.log.warn(message);
  }

  error(message: string): void {
    this.keep('error', message);
    this.log.error(message);
  }

  private keep(level: LoggedProblem['level'], message: string): void {
    this.kept.push({ at: this.clock.now(), level, message });
    if (this.kept.length > maxProblems) this.kept.shift();
  }
}
