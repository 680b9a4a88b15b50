import { isCancellation } from '../../base/abort';
import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';
import { Emitter } from '../../base/emitter';
import { describeError, type Log } from '../../base/log';
import type { Computer } from '../../computers/computer';
import type { ServiceReports } from '../../computers/serviceReports';
import { statusOf } from '../../computers/statusTable';
import type { Fact } from '../../ui/computerFacts';
import { formatMetrics } from '../../ui/formatMetrics';

/** Milliseconds that a tooltip waits for metrics; later it shows without them. */
const timeoutMs = 3_000;
/** Milliseconds until metrics expire. Not less: drawing the item again closes a tooltip that is open. */
const lifetimeMs = 30_000;

/** Fetches the metrics of running computers for tooltips, on hover only. */
export class LiveMetrics implements Disposable {
  private readonly expirations = new Emitter<string>();
  /** The ids of computers whose metrics will expire. */
  private readonly expiring = new Set<string>();
  private readonly disposal = new AbortController();

  /** Fires with the id of a computer whose shown metrics have expired. */
  readonly onDidExpire = this.expirations.event;

  constructor(
    private readonly serviceReports: Pick<ServiceReports, 'observability'>,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Fetches and formats metrics; none where the computer is not running or the request fails. Never rejects. */
  async metricsOf({ id, status }: Computer, signal: AbortSignal): Promise<Fact[]> {
    if (!statusOf(status).isRunning) return [];
    const timeout = new AbortController();
    const finished = new AbortController();
    this.clock.delay(timeoutMs, finished.signal).then(
      () => timeout.abort(),
      () => undefined,
    );
    try {
      const anySignal = AbortSignal.any([signal, timeout.signal, this.disposal.signal]);
      const metrics = await this.serviceReports.observability(id, '1h', anySignal);
      return metrics ? formatMetrics(metrics) : [];
    } catch (error) {
      if (!isCancellation(error)) this.log.debug(`${id}: no metrics: ${describeError(error)}`);
      return [];
    } finally {
      finished.abort();
      this.expireLater(id);
    }
  }

  dispose(): void {
    this.disposal.abort();
    this.expirations.dispose();
  }

  private expireLater(id: string): void {
    if (this.expiring.has(id)) return;
    this.expiring.add(id);
    this.clock.delay(lifetimeMs, this.disposal.signal).then(
      () => {
        this.expiring.delete(id);
        this.expirations.fire(id);
      },
      () => undefined,
    );
  }
}
