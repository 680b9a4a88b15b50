import { t } from '@vscode/l10n';
import type { MetricSample, Observability } from '../api/wire';
import { formatMegabytes } from '../base/text';
import type { Fact } from './computerFacts';

const bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/** Characters of a sparkline. */
const maxBars = 24;

/** Formats CPU, memory, disk and uptime of a computer; unknown ones are left out. */
export function formatMetrics({ latest, samples }: Observability): Fact[] {
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
    [t('Uptime'), latest.uptime_seconds === null ? undefined : formatDuration(latest.uptime_seconds)],
    [t('Note'), latest.stale ? t('these values are out of date') : undefined],
  ];
  return facts.filter((fact): fact is Fact => fact[1] !== undefined);
}

/** Draws numbers as a row of bars; undefined for fewer than two. @param max the number of the highest bar */
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

/** Formats seconds: 45 s, 12 min, 3 h 20 min, 2 d 4 h. */
export function formatDuration(seconds: number): string {
  if (seconds < 10) return t('{0} s', Number(seconds.toFixed(1)));
  if (seconds < 60) return t('{0} s', Math.round(seconds));
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return t('{0} min', minutes);
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return t('{0} h {1} min', hours, minutes % 60);
  return t('{0} d {1} h', Math.floor(hours / 24), hours % 24);
}

function formatPercent(value: number | null): string | undefined {
  return value === null ? undefined : `${Math.round(value)} %`;
}

/** Formats megabytes in use, of a total where it is known. */
function formatShare(used: number | null, total: number | null): string | undefined {
  if (used === null) return undefined;
  return total === null
    ? formatMegabytes(used)
    : t('{0} of {1}', formatMegabytes(used), formatMegabytes(total));
}

function withSparkline(value: string | undefined, drawn: string | undefined): string | undefined {
  return value && drawn ? `${value}  ${drawn}` : value;
}

/** Draws one metric over time. @param max the number of the highest bar; null for the highest value */
function sparklineOf(
  samples: readonly MetricSample[],
  pick: (sample: MetricSample) => number | null,
  max: number | null,
): string | undefined {
  const values = samples.map(pick).filter((value) => value !== null);
  return sparkline(values, max ?? Math.max(...values));
}
