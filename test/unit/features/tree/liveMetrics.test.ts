import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError } from '../../../../src/api/errors';
import type { Observability } from '../../../../src/api/wire';
import { computerFrom } from '../../../../src/computers/computer';
import { MetricsAndBilling } from '../../../../src/computers/metricsAndBilling';
import { abortable } from '../../../../src/base/abort';
import { LiveMetrics } from '../../../../src/features/tree/liveMetrics';
import { wire } from '../../support/computers';
import { deferred } from '../../support/deferred';
import { FakeClock, settled } from '../../support/fakeClock';
import { metrics } from '../../support/metrics';
import { RecordingLog } from '../../support/recordingLog';

const { signal } = new AbortController();
const running = computerFrom(wire('a', 'running'));
const busy: Observability = {
  latest: metrics({ uptime_seconds: 3_600, cpu_used_percent: 12 }),
  samples: [],
};
const figures = [
  ['CPU', '12 %'],
  ['Memory', '512 MB of 2 GB'],
  ['Disk in use', '3 GB of 10 GB'],
  ['Up for', '1 h 0 min'],
];

function bench(answer: Promise<Observability> | (() => Promise<Observability>)) {
  const calls: string[] = [];
  const clock = new FakeClock();
  const log = new RecordingLog();
  const unused = () => Promise.reject(new Error('Nobody asks for this.'));
  const observability = (id: string, window: string, asking = signal): Promise<Observability> => {
    calls.push(`${id} ${window}`);
    return abortable(typeof answer === 'function' ? answer() : answer, asking);
  };
  const client = { observability, commands: unused, billing: unused, sizes: unused };
  const pulse = new LiveMetrics(new MetricsAndBilling(client, clock), clock, log);
  const aged: string[] = [];
  pulse.onDidExpire((id) => aged.push(id));
  return { pulse, calls, clock, log, aged };
}

describe('the pulse of a computer', () => {
  it('is what the service tells, asked once within some seconds', async () => {
    const { pulse, calls, clock } = bench(Promise.resolve(busy));
    assert.deepEqual(await pulse.metricsOf(running, signal), figures);
    assert.deepEqual(await pulse.metricsOf(running, signal), figures);
    assert.deepEqual(calls, ['a 1h']);
    await clock.advance(6_000);
    await pulse.metricsOf(running, signal);
    assert.equal(calls.length, 2);
  });

  for (const status of ['stopped', 'starting', 'error', 'lost'])
    it(`is not asked for while it is ${status}`, async () => {
      const { pulse, calls, clock } = bench(Promise.resolve(busy));
      assert.deepEqual(await pulse.metricsOf(computerFrom(wire('a', status)), signal), []);
      assert.deepEqual([calls, clock.waiting], [[], 0]);
    });

  for (const kind of ['notFound', 'forbidden', 'network', 'server'] as const)
    it(`is nothing, without a word, where the answer is ${kind}`, async () => {
      const { pulse, log } = bench(() => Promise.reject(new ApiError(kind)));
      assert.deepEqual(await pulse.metricsOf(running, signal), []);
      assert.doesNotMatch(log.text, /^(info|warn|error)/m);
    });

  it('is not waited for long', async () => {
    const { pulse, clock } = bench(deferred<Observability>().promise);
    const figures = pulse.metricsOf(running, signal);
    await clock.advance(3_000);
    assert.deepEqual(await figures, []);
  });

  it('is asked for no longer once the mouse has left, and anew when it is back', async () => {
    const answers = [deferred<Observability>().promise, Promise.resolve(busy)];
    const { pulse, calls } = bench(() => answers.shift()!);
    const left = new AbortController();
    const first = pulse.metricsOf(running, left.signal);
    await settled();
    left.abort();
    assert.deepEqual(await first, []);
    assert.deepEqual(await pulse.metricsOf(running, signal), figures);
    assert.equal(calls.length, 2);
  });

  it('says once when what was shown has got old, and nothing after the end', async () => {
    const { pulse, clock, aged } = bench(Promise.resolve(busy));
    await pulse.metricsOf(running, signal);
    await clock.advance(6_000);
    await pulse.metricsOf(running, signal);
    assert.deepEqual(aged, []);
    await clock.advance(60_000);
    assert.deepEqual(aged, ['a']);
    await pulse.metricsOf(running, signal);
    pulse.dispose();
    assert.equal(clock.waiting, 0);
    await clock.advance(60_000);
    assert.deepEqual(aged, ['a']);
  });
});
