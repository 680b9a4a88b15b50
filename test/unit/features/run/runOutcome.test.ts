import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  exitCodeOf,
  formatDuration,
  formatOutcome,
  type RunOutcome,
} from '../../../../src/features/run/runOutcome';

describe('the outcome of a run', () => {
  const exited = { kind: 'exited', code: 0, signal: undefined, timedOut: false, duration: 1234 } as const;
  const cases: [Exclude<RunOutcome, { kind: 'failed' }>, string, number][] = [
    [exited, 'exit 0 · 1.2 s', 0],
    [{ ...exited, code: 3, duration: 65_000 }, 'exit 3 · 1 min 5 s', 3],
    [{ ...exited, code: undefined, signal: 'KILL', duration: 40 }, 'ended by SIGKILL · 0.0 s', 128],
    [
      { ...exited, code: 124, timedOut: true },
      'stopped, because it ran longer than the service allows · 1.2 s',
      124,
    ],
    [{ kind: 'cancelled', duration: 2000 }, 'cancelled · 2.0 s', 130],
    [{ kind: 'cancelled', duration: undefined }, 'cancelled before it started', 130],
  ];
  for (const [outcome, text, code] of cases) {
    it(`is formatted as "${text}" with exit code ${code}`, () => {
      assert.equal(formatOutcome(outcome), text);
      assert.equal(exitCodeOf(outcome), code);
    });
  }

  it('formats durations from seconds to hours', () => {
    assert.deepEqual([59_949, 59_950, 3_599_000, 3_720_000].map(formatDuration), [
      '59.9 s',
      '1 min 0 s',
      '59 min 59 s',
      '1 h 2 min',
    ]);
  });
});
