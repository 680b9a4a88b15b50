import { setTimeout as delay } from 'node:timers/promises';
import type { ComputerStateMachine } from './computerStateMachine';
import type { Sandbox } from './sandbox/sandbox';

/** Metrics of a computer, as answers contain them. */
export interface Metrics {
  observed_at: string;
  stale: boolean;
  partial: boolean;
  uptime_seconds: number | null;
  guest_metrics_status: string;
  cpu_used_percent: number | null;
  ram_used_mb: number | null;
  ram_total_mb: number | null;
  disk_used_mb: number | null;
  disk_total_mb: number | null;
}

/** Earlier metrics, as answers contain them. */
export interface MetricSample {
  observed_at: string;
  stale?: boolean;
  partial?: boolean;
  uptime_seconds?: number | null;
  guest_metrics_status?: string | null;
  guest_cpu_used_percent?: number | null;
  guest_ram_used_mb?: number | null;
  guest_ram_total_mb?: number | null;
  guest_disk_used_mb?: number | null;
  guest_disk_total_mb?: number | null;
}

/** Metrics to report in place of the measured ones. */
export interface MetricsSeed {
  latest?: Partial<Metrics> | null;
  samples?: MetricSample[];
}

const windows = { '1h': 3_600_000, '24h': 86_400_000 };
/** Least interval of measurements, ms: the system counts processor time too coarsely for less. */
const minIntervalMs = 500;

interface Measurement {
  /** Milliseconds since the epoch. */
  at: number;
  power: AbortSignal;
  cpuSeconds: number;
  metrics: Metrics;
}

/** Measures the processes of computers on request, and keeps the measurements for a day. */
export class Observability {
  private readonly measurements = new WeakMap<ComputerStateMachine, Measurement[]>();
  private readonly seeds = new WeakMap<ComputerStateMachine, MetricsSeed>();

  /** Sets the metrics to report of a computer; undefined: the measured ones. */
  seed(computer: ComputerStateMachine, seed: MetricsSeed | undefined): void {
    if (seed === undefined) this.seeds.delete(computer);
    else this.seeds.set(computer, seed);
  }

  /** Metrics of a computer: the latest, and samples, oldest first. */
  async of(
    computer: ComputerStateMachine,
    window: '1h' | '24h',
  ): Promise<{ latest: unknown; samples: MetricSample[] }> {
    const seed = this.seeds.get(computer);
    const since = Date.now() - windows[window];
    const latest = seed?.latest === undefined ? await this.measured(computer) : seed.latest;
    const samples =
      seed?.samples ?? (this.measurements.get(computer) ?? []).map(({ metrics }) => sampleOf(metrics));
    return { latest, samples: samples.filter((sample) => Date.parse(sample.observed_at) >= since) };
  }

  private async measured(computer: ComputerStateMachine): Promise<Metrics | null> {
    const { sandbox } = computer;
    if (sandbox === undefined || computer.status !== 'running') return null;
    const measurements = this.measurements.get(computer) ?? [];
    const before = measurements.findLast(({ power }) => power === sandbox.power);
    if (before !== undefined && Date.now() - before.at < minIntervalMs) return before.metrics;
    if (before === undefined) await delay(Math.max(0, minIntervalMs - sandbox.uptime));
    const measurement = await this.measure(computer, sandbox, before);
    this.measurements.set(computer, [
      ...measurements.filter(({ at }) => at >= measurement.at - windows['24h']),
      measurement,
    ]);
    return measurement.metrics;
  }

  private async measure(
    computer: ComputerStateMachine,
    sandbox: Sandbox,
    before: Measurement | undefined,
  ): Promise<Measurement> {
    const { power, uptime } = sandbox;
    const at = Date.now();
    const { processes, diskMb } = await sandbox.usage();
    const { vcpus, ram_mb, disk_size_mb } = computer.record.wire;
    const cpuSeconds = processes?.cpuSeconds ?? 0;
    const spent = Math.max(0, cpuSeconds - (before?.cpuSeconds ?? 0));
    const seconds = (before === undefined ? uptime : at - before.at) / 1000;
    const percent = Math.min(100, (100 * spent) / seconds / vcpus);
    const metrics: Metrics = {
      observed_at: new Date(at).toISOString(),
      stale: false,
      partial: processes === undefined,
      uptime_seconds: Math.floor(uptime / 1000),
      guest_metrics_status: processes === undefined ? 'unavailable' : 'ok',
      cpu_used_percent: processes === undefined ? null : Number(percent.toFixed(1)),
      ram_used_mb: processes?.ramMb ?? null,
      ram_total_mb: ram_mb,
      disk_used_mb: diskMb,
      disk_total_mb: disk_size_mb,
    };
    return { at, power, cpuSeconds, metrics };
  }
}

function sampleOf(metrics: Metrics): MetricSample {
  const { observed_at, stale, partial, uptime_seconds, guest_metrics_status } = metrics;
  return {
    observed_at,
    stale,
    partial,
    uptime_seconds,
    guest_metrics_status,
    guest_cpu_used_percent: metrics.cpu_used_percent,
    guest_ram_used_mb: metrics.ram_used_mb,
    guest_ram_total_mb: metrics.ram_total_mb,
    guest_disk_used_mb: metrics.disk_used_mb,
    guest_disk_total_mb: metrics.disk_total_mb,
  };
}
