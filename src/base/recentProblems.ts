import type { Clock } from './clock';
import type { Log } from './log';

/** A warning or an error that was logged. */
export interface LoggedProblem {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly level: 'warn' | 'error';
  readonly message: string;
}

/** Number of problems that are kept; the oldest are dropped first. */
const maxProblems = 50;

/** Forwards everything to a log, and keeps the last warnings and errors for the diagnostics report. */
export class RecentProblemsLog implements Log {
  private readonly recent: LoggedProblem[] = [];

  constructor(
    private readonly log: Log,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /** The last warnings and errors, oldest first. */
  get problems(): readonly LoggedProblem[] {
    return this.recent;
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
    this.recent.push({ at: this.clock.now(), level, message });
    if (this.recent.length > maxProblems) this.recent.shift();
  }
}
