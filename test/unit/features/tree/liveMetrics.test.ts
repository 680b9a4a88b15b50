import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError } from '../../../../src/api/apiErrors';
import type { Observability } from '../../../../src/api/wire';
import { abortable } from '../../../../src/base/abort';
import { computerFrom } from '../../../../src/computers/computer';
import { ServiceReports } from '../../../../src/computers/serviceReports';
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
const busyMetrics = [
  ['CPU', '12 %'],
  ['Memory', '512 MB of 2 GB'],
  ['Disk in use', '3 GB of 10 GB'],
  ['Uptime', '1 h 0 min'],
];

function harness(answer: Promise<Observability> | (() => Promise<Observability>)) {
  const calls: string[] = [];
  const clock = new FakeClock();
  const log = new RecordingLog();
  const unused = () => Promise.reject(new Error('Nobody asks for this.'));
  const observability = (id: string, window: string, asking = signal): Promise<Observability> => {
    calls.push(`${id} ${window}`);
    return abortable(typeof answer === 'function' ? answer() : answer, asking);
  };
  const others = {
    billing: unused,
    commands: unused,
    projects: unused,
    sizes: unused,
    usageOverview: unused,
  };
  const client = { ...others, observability };
  const liveMetrics = new LiveMetrics(new ServiceReports(client, clock), clock, log);
  const expired: string[] = [];
  liveMetrics.onDidExpire((id) => expired.push(id));
  return { liveMetrics, calls, clock, log, expired };
}

describe('LiveMetrics', () => {
  it('fetches the metrics of a running computer at most once within some seconds', async () => {
    const { liveMetrics, calls, clock } = harness(Promise.resolve(busy));
    assert.deepEqual(await liveMetrics.metricsOf(running, signal), busyMetrics);
    assert.deepEqual(await liveMetrics.metricsOf(running, signal), busyMetrics);
    assert.deepEqual(calls, ['a 1h']);
    await clock.advance(6_000);
    await liveMetrics.metricsOf(running, signal);
    assert.equal(calls.length, 2);
  });

  for (const status of ['stopped', 'starting', 'error', 'lost'])
    it(`fetches nothing for a computer that is ${status}`, async () => {
      const { liveMetrics, calls, clock } = harness(Promise.resolve(busy));
      assert.deepEqual(await liveMetrics.metricsOf(computerFrom(wire('a', status)), signal), []);
      assert.deepEqual([calls, clock.waiting], [[], 0]);
    });

  for (const kind of ['notFound', 'forbidden', 'network', 'server'] as const)
    it(`returns no metrics, and logs no warning, on a ${kind} error`, async () => {
      const { liveMetrics, log } = harness(() => Promise.reject(new ApiError(kind)));
      assert.deepEqual(await liveMetrics.metricsOf(running, signal), []);
      assert.doesNotMatch(log.text, /^(info|warn|error)/m);
    });

  it('returns no metrics after a timeout of three seconds', async () => {
    const { liveMetrics, clock } = harness(deferred<Observability>().promise);
    const busyMetrics = liveMetrics.metricsOf(running, signal);
    await clock.advance(3_000);
    assert.deepEqual(await busyMetrics, []);
  });

  it('aborts the request when the pointer leaves, and fetches again when it is back', async () => {
    const answers = [deferred<Observability>().promise, Promise.resolve(busy)];
    const { liveMetrics, calls } = harness(() => answers.shift()!);
    const abort = new AbortController();
    const first = liveMetrics.metricsOf(running, abort.signal);
    await settled();
    abort.abort();
    assert.deepEqual(await first, []);
    assert.deepEqual(await liveMetrics.metricsOf(running, signal), busyMetrics);
    assert.equal(calls.length, 2);
  });

  it('fires once when shown metrics expire, and never after dispose', async () => {
    const { liveMetrics, clock, expired } = harness(Promise.resolve(busy));
    await liveMetrics.metricsOf(running, signal);
    await clock.advance(6_000);
    await liveMetrics.metricsOf(running, signal);
    assert.deepEqual(expired, []);
    await clock.advance(60_000);
    assert.deepEqual(expired, ['a']);
    await liveMetrics.metricsOf(running, signal);
    liveMetrics.dispose();
    assert.equal(clock.waiting, 0);
    await clock.advance(60_000);
    assert.deepEqual(expired, ['a']);
  });
});
