import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { redactingLog } from '../../../src/base/log';
import { RecentProblemsLog } from '../../../src/base/recentProblems';
import { FakeClock } from '../support/fakeClock';
import { RecordingLog } from '../support/recordingLog';

describe('RecentProblemsLog', () => {
  const clock = new FakeClock();

  it('forwards everything, and keeps warnings and errors with their times', async () => {
    const below = new RecordingLog();
    const log = new RecentProblemsLog(below, clock);
    for (const level of ['trace', 'debug', 'info', 'warn'] as const) log[level](level);
    await clock.advance(1_000);
    log.error('error');
    assert.deepEqual(below.lines, ['trace trace', 'debug debug', 'info info', 'warn warn', 'error error']);
    assert.deepEqual(log.problems, [
      { at: clock.now() - 1_000, level: 'warn', message: 'warn' },
      { at: clock.now(), level: 'error', message: 'error' },
    ]);
  });

  it('keeps no more than the last fifty', () => {
    const log = new RecentProblemsLog(new RecordingLog(), clock);
    for (let i = 0; i < 60; i += 1) log.warn(`${i}`);
    assert.equal(log.problems.length, 50);
    assert.equal(log.problems[0]?.message, '10');
  });

  it('keeps messages after their secrets were masked', () => {
    const log = new RecentProblemsLog(new RecordingLog(), clock);
    redactingLog(log, () => ['hunter2']).warn('it is hunter2, Bearer abc');
    assert.equal(log.problems[0]?.message, 'it is ***, Bearer ***');
  });
});
