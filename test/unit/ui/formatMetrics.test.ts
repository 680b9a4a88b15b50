import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MetricSample } from '../../../src/api/wire';
import {
  formatCommand,
  formatDollars,
  formatDuration,
  formatMetrics,
  formatQuota,
  sparkline,
} from '../../../src/ui/formatMetrics';
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

describe('the figures of a computer', () => {
  it('are told with what they were before', () => {
    assert.deepEqual(formatMetrics({ latest, samples: [sample(0), sample(50), sample(100)] }), [
      ['CPU', '12 %  ▁▅█'],
      ['Memory', '512 MB of 2 GB'],
      ['Disk in use', '3 GB of 10 GB'],
      ['Up for', '3 h 26 min'],
    ]);
  });

  it('are left out where they are unknown', () => {
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

  it('say when they are old', () => {
    assert.deepEqual(formatMetrics({ latest: { ...latest, stale: true }, samples: [] }).at(-1), [
      'Note',
      'these figures are from some time ago',
    ]);
  });
});

describe('a sparkline', () => {
  it('is as wide as it has values, up to its limit, and clips what is too high', () => {
    assert.equal(sparkline([0, 25, 50, 75, 100, 300], 100), '▁▃▅▇██');
    assert.equal(sparkline(Array<number>(1_000).fill(1), 100)?.length, 24);
  });

  it('is nothing of too little', () => {
    for (const values of [[], [1]]) assert.equal(sparkline(values, 100), undefined);
    assert.equal(sparkline([1, 2], 0), undefined);
  });
});

describe('times and money', () => {
  it('are told as people do', () => {
    assert.deepEqual([0.34, 45, 720, 12_000, 187_200].map(formatDuration), [
      '0.3 s',
      '45 s',
      '12 min',
      '3 h 20 min',
      '2 d 4 h',
    ]);
    assert.deepEqual([0, 0.42, 1.5, 0.0125].map(formatDollars), ['$0.00', '$0.42', '$1.50', '$0.0125']);
  });
});

describe('the plan and the history', () => {
  const summary = {
    plan_name: 'Pro',
    billing_status: 'active',
    concurrent_sandboxes: { included: 10, used: 3, remaining: 7, is_unlimited: false },
    sandbox_hours: {
      included: '100',
      used: '12.5',
      overage_used: '0',
      remaining: '87.5',
      is_unlimited: false,
      overage_allowed: true,
      resets_at: null,
    },
  };

  it('tell what is used of what', () => {
    assert.deepEqual(formatQuota(summary), [
      ['Plan', 'Pro'],
      ['Running computers', '3 of 10'],
      ['Hours used', '12.5 of 100'],
    ]);
  });

  it('name no limit where there is none', () => {
    const unlimited = {
      ...summary,
      billing_status: 'depleted',
      concurrent_sandboxes: { included: -1, used: 3, remaining: -1, is_unlimited: true },
      sandbox_hours: { ...summary.sandbox_hours, is_unlimited: true },
    };
    assert.deepEqual(formatQuota(unlimited), [
      ['Plan', 'Pro (depleted)'],
      ['Running computers', '3'],
      ['Hours used', '12.5'],
    ]);
  });

  it('tell how a command ended', () => {
    const command = {
      command_id: 'c',
      source: 'api',
      status: 'completed',
      started_at: null,
      ended_at: null,
      duration_ms: 1_500,
      timeout_seconds: 30,
      exit_code: 3,
      stdout_bytes: null,
      stderr_bytes: null,
      error_type: null,
    };
    assert.deepEqual(formatCommand(command), ['', 'exit 3', '1.5 s', 'api', '30 s at most']);
    assert.equal(formatCommand({ ...command, exit_code: null, status: 'timed_out' })[1], 'timed_out');
  });
});
