import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatCommand } from '../../../../src/features/details/formatDetails';

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
