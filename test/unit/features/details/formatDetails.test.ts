import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatCommand, formatDollars, formatQuota } from '../../../../src/features/details/formatDetails';

describe('formatQuota', () => {
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

  it('shows what is used of what the plan includes', () => {
    assert.deepEqual(formatQuota(summary), [
      ['Plan', 'Pro'],
      ['Running computers', '3 of 10'],
      ['Hours used', '12.5 of 100'],
    ]);
  });

  it('names no limit where the plan has none, and a billing status that is not active', () => {
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
});

describe('formatCommand', () => {
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

  it('shows the exit code, or the status where there is none', () => {
    assert.deepEqual(formatCommand(command), ['', 'exit 3', '1.5 s', 'api', '30 s at most']);
    assert.equal(formatCommand({ ...command, exit_code: null, status: 'timed_out' })[1], 'timed_out');
  });

  it('takes a start without a zone for UTC, and shows one that is no date as it is spelled', (context) => {
    const zone = process.env.TZ ?? '';
    context.after(() => (process.env.TZ = zone));
    process.env.TZ = 'Asia/Tokyo';
    const startedAt = (text: string): string | undefined =>
      formatCommand({ ...command, started_at: text })[0];
    assert.equal(startedAt('2026-02-01 10:00:00.123456'), startedAt('2026-02-01T10:00:00Z'));
    assert.equal(startedAt('at noon'), 'at noon');
  });
});

describe('formatDollars', () => {
  it('has four decimals below ten cents', () => {
    assert.deepEqual([0, 0.42, 1.5, 0.0125].map(formatDollars), ['$0.00', '$0.42', '$1.50', '$0.0125']);
  });
});
