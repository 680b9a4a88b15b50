import { setTimeout as delay } from 'node:timers/promises';
import type { ComputerStateMachine } from './computerStateMachine';
import type { Sandbox } from './sandbox/sandbox';

/** How a computer is doing, as an answer carries it. */
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

/** How it was doing at one moment, as an answer carries it. */
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

/** What a computer is said to be doing, in place of the truth. */
export interface MetricsSeed {
  latest?: Partial<Metrics> | null;
  samples?: MetricSample[];
}

const windows = { '1h': 3_600_000, '24h': 86_400_000 };
/** Looks closer together than this are one, ms: processor time is counted too coarsely for less. */
const shortest = 500;

interface Look {
  /** Milliseconds since the epoch. */
  at: number;
  power: AbortSignal;
  cpuSeconds: number;
  metrics: Metrics;
}

/** How the computers are doing: seen in their processes whenever somebody asks, and remembered for a day. */
export class Observability {
  private readonly looks = new WeakMap<ComputerStateMachine, Look[]>();
  private readonly seeds = new WeakMap<ComputerStateMachine, MetricsSeed>();

  /** Says this of a computer from now on; without it, the truth again. */
  seed(life: ComputerStateMachine, seed: MetricsSeed | undefined): void {
    if (seed === undefined) this.seeds.delete(life);
    else this.seeds.set(life, seed);
  }

  /** How the computer is doing, and was: oldest first. */
  async of(
    life: ComputerStateMachine,
    window: '1h' | '24h',
  ): Promise<{ latest: unknown; samples: MetricSample[] }> {
    const seed = this.seeds.get(life);
    const since = Date.now() - windows[window];
    const latest = seed?.latest === undefined ? await this.look(life) : seed.latest;
    const samples = seed?.samples ?? (this.looks.get(life) ?? []).map(({ metrics }) => sampleOf(metrics));
    return { latest, samples: samples.filter((sample) => Date.parse(sample.observed_at) >= since) };
  }

  private async look(life: ComputerStateMachine): Promise<Metrics | null> {
    const { sandbox } = life;
    if (sandbox === undefined || life.status !== 'running') return null;
    const looks = this.looks.get(life) ?? [];
    const before = looks.findLast(({ power }) => power === sandbox.power);
    if (before !== undefined && Date.now() - before.at < shortest) return before.metrics;
    if (before === undefined) await delay(Math.max(0, shortest - sandbox.uptime));
    const look = await this.measure(life, sandbox, before);
    this.looks.set(life, [...looks.filter(({ at }) => at >= look.at - windows['24h']), look]);
    return look.metrics;
  }

  private async measure(
    life: ComputerStateMachine,
    sandbox: Sandbox,
    before: Look | undefined,
  ): Promise<Look> {
    const { power, uptime } = sandbox;
    const at = Date.now();
    const { processes, diskMb } = await sandbox.usage();
    const { vcpus, ram_mb, disk_size_mb } = life.record.wire;
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
