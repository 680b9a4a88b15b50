import { t } from '@vscode/l10n';
import type { BillingSummary, Command, MetricSample, Observability } from '../api/wire';
import { formatMegabytes, truncate } from '../base/text';

const bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/** Characters of a sparkline. */
const maxBars = 24;

/** How a computer does, as pairs of a label and a value; what is unknown is left out. */
export function formatMetrics({ latest, samples }: Observability): [string, string][] {
  if (!latest) return [];
  const facts: [string, string | undefined][] = [
    [
      t('CPU'),
      withSparkline(
        formatPercent(latest.cpu_used_percent),
        sparklineOf(samples, (sample) => sample.guest_cpu_used_percent, 100),
      ),
    ],
    [
      t('Memory'),
      withSparkline(
        formatShare(latest.ram_used_mb, latest.ram_total_mb),
        sparklineOf(samples, (sample) => sample.guest_ram_used_mb, latest.ram_total_mb),
      ),
    ],
    [t('Disk in use'), formatShare(latest.disk_used_mb, latest.disk_total_mb)],
    [t('Up for'), latest.uptime_seconds === null ? undefined : formatDuration(latest.uptime_seconds)],
    [t('Note'), latest.stale ? t('these figures are from some time ago') : undefined],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== undefined);
}

/** What the plan allows, as pairs of a label and a value. */
export function formatQuota({
  plan_name,
  billing_status,
  concurrent_sandboxes,
  sandbox_hours,
}: BillingSummary): [string, string][] {
  const running = concurrent_sandboxes;
  return [
    [
      t('Plan'),
      billing_status === 'active'
        ? truncate(plan_name, 60)
        : `${truncate(plan_name, 60)} (${truncate(billing_status, 40)})`,
    ],
    [
      t('Running computers'),
      running.is_unlimited ? String(running.used) : t('{0} of {1}', running.used, running.included),
    ],
    [
      t('Hours used'),
      sandbox_hours.is_unlimited
        ? sandbox_hours.used
        : t('{0} of {1}', sandbox_hours.used, sandbox_hours.included),
    ],
  ];
}

/** A command that ran, in a row: when, how it ended, how long it took, what asked for it. */
export function formatCommand({
  started_at,
  status,
  exit_code,
  duration_ms,
  source,
  timeout_seconds,
}: Command): string[] {
  const end = exit_code === null ? truncate(status, 30) : t('exit {0}', exit_code);
  return [
    started_at === null ? '' : formatTime(started_at),
    end,
    duration_ms === null ? '' : formatDuration(duration_ms / 1000),
    truncate(source, 30),
    timeout_seconds === null ? '' : t('{0} s at most', timeout_seconds),
  ];
}

/** Numbers as a row of little bars; undefined for too few. @param max the number of the highest bar */
export function sparkline(values: readonly number[], max: number): string | undefined {
  if (values.length < 2 || max <= 0) return undefined;
  const step = Math.max(1, values.length / maxBars);
  const picked = Array.from(
    { length: Math.min(maxBars, values.length) },
    (_, index) => values[Math.floor(index * step)] ?? 0,
  );
  return picked
    .map((value) => bars[Math.min(bars.length - 1, Math.max(0, Math.floor((value / max) * bars.length)))])
    .join('');
}

/** Seconds in words: 45 s, 12 min, 3 h 20 min, 2 d 4 h. */
export function formatDuration(seconds: number): string {
  if (seconds < 10) return t('{0} s', Number(seconds.toFixed(1)));
  if (seconds < 60) return t('{0} s', Math.round(seconds));
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return t('{0} min', minutes);
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return t('{0} h {1} min', hours, minutes % 60);
  return t('{0} d {1} h', Math.floor(hours / 24), hours % 24);
}

/** Dollars an hour, with as many digits as it takes to be more than nothing. */
export function formatDollars(rate: number): string {
  return `$${rate >= 0.1 || rate === 0 ? rate.toFixed(2) : rate.toFixed(4)}`;
}

function formatTime(text: string): string {
  const parsed = new Date(text);
  return Number.isNaN(parsed.getTime())
    ? truncate(text, 40)
    : parsed.toLocaleString(undefined, { dateStyle: 'short', timeStyle: 'medium' });
}

function formatPercent(value: number | null): string | undefined {
  return value === null ? undefined : `${Math.round(value)} %`;
}

function formatShare(used: number | null, total: number | null): string | undefined {
  if (used === null) return undefined;
  return total === null
    ? formatMegabytes(used)
    : t('{0} of {1}', formatMegabytes(used), formatMegabytes(total));
}

function withSparkline(value: string | undefined, drawn: string | undefined): string | undefined {
  return value && drawn ? `${value}  ${drawn}` : value;
}

function sparklineOf(
  samples: readonly MetricSample[],
  pick: (sample: MetricSample) => number | null,
  max: number | null,
): string | undefined {
  const values = samples.map(pick).filter((value) => value !== null);
  return sparkline(values, max ?? Math.max(...values));
}
