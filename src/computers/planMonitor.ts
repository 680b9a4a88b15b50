import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import { describeError, type Log } from '../base/log';
import type { Plan } from './plan';
import { Poller } from './poller';
import type { ServiceReports } from './serviceReports';

/** Milliseconds between two reads of the plan. */
const intervalMs = 300_000;

/** Reads the plan while it is watched: every five minutes, never more often, and not at all without a watcher. */
export class PlanMonitor implements Disposable {
  private readonly changes = new Emitter<undefined>();
  private readonly poller: Poller;
  private plan: Plan | undefined;
  private readAt = -Infinity;
  private reading: Promise<void> | undefined;
  /** Aborted when another account is used. */
  private account = new AbortController();

  /** Fires when {@link latest} was read anew. */
  readonly onDidChange = this.changes.event;

  constructor(
    private readonly serviceReports: Pick<ServiceReports, 'plan'>,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.poller = new Poller(
      clock,
      () => this.poll(),
      (error) => log.error(`polling the plan ended: ${describeError(error)}`),
    );
  }

  /** As of the last read; undefined before the first, and where the service tells nothing. */
  get latest(): Plan | undefined {
    return this.plan;
  }

  watch(): Disposable {
    return this.poller.watch();
  }

  /** Reads the plan where the last read is five minutes old. Never rejects. */
  async refresh(): Promise<Plan | undefined> {
    if (this.clock.now() - this.readAt >= intervalMs) {
      this.readAt = this.clock.now();
      this.reading = this.read(this.account.signal);
    }
    await this.reading;
    return this.plan;
  }

  /** Drops the plan: another account is used. */
  reset(): void {
    this.account.abort();
    this.account = new AbortController();
    this.readAt = -Infinity;
    this.reading = undefined;
    this.plan = undefined;
    this.changes.fire(undefined);
    this.poller.pollNow();
  }

  dispose(): void {
    this.account.abort();
    this.poller.dispose();
    this.changes.dispose();
  }

  private async read(signal: AbortSignal): Promise<void> {
    try {
      const plan = await this.serviceReports.plan(signal);
      if (signal.aborted) return;
      this.plan = plan;
      this.changes.fire(undefined);
    } catch (error) {
      this.log.debug(`no plan: ${describeError(error)}`);
    } finally {
      // Counted from the answer, as the cache of the answers does.
      if (!signal.aborted) this.readAt = this.clock.now();
    }
  }

  /** @returns milliseconds until the next read */
  private async poll(): Promise<number> {
    await this.refresh();
    return Math.max(0, this.readAt + intervalMs - this.clock.now());
  }
}
