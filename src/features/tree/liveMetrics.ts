import type { Computer } from '../../computers/computer';
import type { MetricsAndBilling } from '../../computers/metricsAndBilling';
import { statusOf } from '../../computers/status';
import { isCancellation } from '../../base/abort';
import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';
import { Emitter } from '../../base/emitter';
import { describeError, type Log } from '../../base/log';
import { formatMetrics } from '../../ui/formatMetrics';

/** Milliseconds. */
const times = {
  /** Nobody waits longer for a tooltip: it shows without figures then. */
  patience: 3_000,
  /** So long figures are shown again. Not less: a tooltip that shows is taken away as its line is drawn anew. */
  fresh: 30_000,
};

/** How running computers do, for who rests the mouse on one: asked just then, never before. */
export class LiveMetrics implements Disposable {
  private readonly expirations = new Emitter<string>();
  private readonly expiring = new Set<string>();
  private readonly end = new AbortController();

  /** Fires with the id of a computer whose figures have been shown for long enough. */
  readonly onDidExpire = this.expirations.event;

  constructor(
    private readonly insights: Pick<MetricsAndBilling, 'observability'>,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Pairs of a label and a value; none where it does not run, or the service does not tell. Never rejects. */
  async metricsOf({ id, status }: Computer, signal: AbortSignal): Promise<[string, string][]> {
    if (statusOf(status).open !== 'connect') return [];
    const late = new AbortController();
    const over = new AbortController();
    this.clock.delay(times.patience, over.signal).then(
      () => late.abort(),
      () => undefined,
    );
    try {
      const asking = AbortSignal.any([signal, late.signal, this.end.signal]);
      const told = await this.insights.observability(id, '1h', asking);
      return told ? formatMetrics(told) : [];
    } catch (error) {
      if (!isCancellation(error)) this.log.debug(`${id}: no figures: ${describeError(error)}`);
      return [];
    } finally {
      over.abort();
      this.expireLater(id);
    }
  }

  dispose(): void {
    this.end.abort();
    this.expirations.dispose();
  }

  private expireLater(id: string): void {
    if (this.expiring.has(id)) return;
    this.expiring.add(id);
    this.clock.delay(times.fresh, this.end.signal).then(
      () => {
        this.expiring.delete(id);
        this.expirations.fire(id);
      },
      () => undefined,
    );
  }
}
