import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MetricSample } from '../../../src/api/wire';
import { formatDuration, formatMetrics, sparkline } from '../../../src/ui/formatMetrics';
import { metrics } from '../support/metrics';

const latest = metrics({ uptime_seconds: 12_345, cpu_used_percent: 12.4 });

function sample(cpu: number | null): MetricSample {
  return {
    observed_at: '2026-03-01T12:00:00Z',
    stale: false,
    partial: false,
    uptime_seconds: null,
    guest_cpu_used_percent: cpu,
    guest_ram_used_mb: null,
    guest_ram_total_mb: null,
    guest_disk_used_mb: null,
    guest_disk_total_mb: null,
  };
}

describe('formatMetrics', () => {
  it('shows each metric with a sparkline of its samples', () => {
    assert.deepEqual(formatMetrics({ latest, samples: [sample(0), sample(50), sample(100)] }), [
      ['CPU', '12 %  ▁▅█'],
      ['Memory', '512 MB of 2 GB'],
      ['Disk in use', '3 GB of 10 GB'],
      ['Uptime', '3 h 26 min'],
    ]);
  });

  it('leaves out unknown metrics', () => {
    const unknown = {
      ...latest,
      cpu_used_percent: null,
      ram_used_mb: null,
      disk_used_mb: null,
      uptime_seconds: null,
    };
    assert.deepEqual(formatMetrics({ latest: unknown, samples: [] }), []);
    assert.deepEqual(formatMetrics({ latest: null, samples: [] }), []);
  });

  it('notes that metrics are stale', () => {
    assert.deepEqual(formatMetrics({ latest: { ...latest, stale: true }, samples: [] }).at(-1), [
      'Note',
      'these values are out of date',
    ]);
  });
});

describe('sparkline', () => {
  it('draws one bar a value up to 24 and clips values above the maximum', () => {
    assert.equal(sparkline([0, 25, 50, 75, 100, 300], 100), '▁▃▅▇██');
    assert.equal(sparkline(Array<number>(1_000).fill(1), 100)?.length, 24);
  });

  it('draws nothing for fewer than two values or a maximum of zero', () => {
    for (const values of [[], [1]]) assert.equal(sparkline(values, 100), undefined);
    assert.equal(sparkline([1, 2], 0), undefined);
  });
});

describe('formatDuration', () => {
  it('rounds to the two largest units', () => {
    assert.deepEqual([0.34, 45, 720, 12_000, 187_200].map(formatDuration), [
      '0.3 s',
      '45 s',
      '12 min',
      '3 h 20 min',
      '2 d 4 h',
    ]);
  });
});
