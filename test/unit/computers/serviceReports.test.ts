import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError } from '../../../src/api/apiErrors';
import type { BillingSummary, Observability, Size, UsageOverview } from '../../../src/api/wire';
import { abortable, isCancellation } from '../../../src/base/abort';
import { computerFrom } from '../../../src/computers/computer';
import { ServiceReports } from '../../../src/computers/serviceReports';
import { wire } from '../support/computers';
import { deferred } from '../support/deferred';
import { FakeClock, settled } from '../support/fakeClock';

const size = (id: string, vcpus: number, ramMb: number, diskMb: number, rate: string): Size => ({
  id,
  vcpus,
  ram_mb: ramMb,
  root_disk_mb: diskMb,
  hourly_rate_usd: rate,
});
const nothing: Observability = { latest: null, samples: [] };

interface Answers {
  sizes?: Size[] | Error;
  usage?: UsageOverview | Error;
  observability?: Error | Promise<Observability>;
}

function harness(answers: Answers = {}) {
  const calls: string[] = [];
  const clock = new FakeClock();
  const answer = <T>(call: string, value: T | Promise<T> | Error, signal?: AbortSignal): Promise<T> => {
    calls.push(call);
    const result = value instanceof Error ? Promise.reject(value) : Promise.resolve(value);
    return signal ? abortable(result, signal) : result;
  };
  const metrics = new ServiceReports(
    {
      sizes: () => answer('sizes', answers.sizes ?? []),
      observability: (id, _, signal) =>
        answer(`observability ${id}`, answers.observability ?? nothing, signal),
      commands: () => answer('commands', []),
      projects: () => answer('projects', []),
      usageOverview: () => answer<UsageOverview>('usage', answers.usage ?? new ApiError('notFound')),
      billing: () => answer<BillingSummary>('limits', new ApiError('forbidden')),
    },
    clock,
  );
  return { metrics, calls, clock };
}

describe('ServiceReports', () => {
  const computers = [
    computerFrom(wire('a', 'running', { vcpus: 2, ram_mb: 4096, disk_size_mb: 10_240 })),
    computerFrom(wire('b', 'running', { vcpus: 1, ram_mb: 1024, disk_size_mb: 5_120 })),
  ];

  it('adds up the price of computers by their size', async () => {
    const sizes = [
      size('other', 2, 4096, 20_480, '9'),
      size('standard', 2, 4096, 10_240, '0.08'),
      size('small', 1, 1024, 10_240, '0.02'),
    ];
    const { metrics, calls } = harness({ sizes });
    assert.equal(await metrics.hourlyCost(computers), 0.1);
    await metrics.hourlyCost(computers);
    assert.deepEqual(calls, ['sizes']);
  });

  it('takes the price of the size that a computer is named to have, before one that only fits', async () => {
    const sizes = [size('micro', 2, 4096, 10_240, '9'), size('standard', 2, 4096, 10_240, '0.06')];
    const named = computerFrom(
      wire('a', 'running', { size_id: 'standard', vcpus: 2, ram_mb: 4096, disk_size_mb: 10_240 }),
    );
    assert.equal(await harness({ sizes }).metrics.hourlyCost([named]), 0.06);
  });

  it('has no price for a computer that is billed by another price list', async () => {
    const sizes = [size('standard', 2, 4096, 10_240, '0.06')];
    const facts = { size_id: 'standard', vcpus: 2, ram_mb: 4096 };
    const costOf = (version: string | null): Promise<number | undefined> =>
      harness({ sizes }).metrics.hourlyCost([
        computerFrom(wire('a', 'running', { ...facts, price_version: version })),
      ]);
    assert.equal(await costOf('usage-v3'), undefined);
    assert.equal(await costOf(null), 0.06);
  });

  it('asks for the use of the account at most once in five minutes', async () => {
    const { metrics, calls, clock } = harness();
    assert.equal(await metrics.usageOverview(), undefined);
    await clock.advance(299_000);
    await metrics.usageOverview();
    assert.deepEqual(calls, ['usage']);
    await clock.advance(1_001);
    await metrics.usageOverview();
    assert.deepEqual(calls, ['usage', 'usage']);
  });

  it('has no cost where no size matches, or the service has none', async () => {
    assert.equal(await harness().metrics.hourlyCost(computers), undefined);
    assert.equal(await harness({ sizes: new ApiError('notFound') }).metrics.hourlyCost(computers), undefined);
  });

  it('reads metrics again after a few seconds, and after a change of account', async () => {
    const { metrics, calls, clock } = harness();
    await metrics.observability('a', '1h');
    await metrics.observability('a', '1h');
    assert.equal(calls.length, 1);
    await clock.advance(5_001);
    await metrics.observability('a', '1h');
    metrics.reset();
    await metrics.observability('a', '1h');
    assert.equal(calls.length, 3);
  });

  it('shares one call between concurrent callers, also where one of them cancels', async () => {
    const coming = deferred<Observability>();
    const { metrics, calls } = harness({ observability: coming.promise });
    const leaving = new AbortController();
    const left = metrics.observability('a', '24h', leaving.signal);
    const kept = metrics.observability('a', '24h', new AbortController().signal);
    await settled();
    leaving.abort();
    await assert.rejects(left, isCancellation);
    coming.resolve(nothing);
    assert.equal(await kept, nothing);
    assert.deepEqual(calls, ['observability a']);
  });

  it('never gives one account the answer of another, however late it arrives', async () => {
    const coming = deferred<Observability>();
    const { metrics, calls } = harness({ observability: coming.promise });
    const before = metrics.observability('a', '1h');
    await settled();
    metrics.reset();
    const after = metrics.observability('a', '1h');
    coming.resolve(nothing);
    await Promise.all([before, after]);
    assert.equal(calls.length, 2);
  });

  it('has no plan where the key lacks permission, and asks again after five minutes', async () => {
    const { metrics, calls, clock } = harness();
    assert.equal(await metrics.plan(), undefined);
    await clock.advance(299_000);
    assert.equal(await metrics.plan(), undefined);
    assert.deepEqual(calls, ['usage', 'limits']);
    await clock.advance(1_001);
    assert.equal(await metrics.plan(), undefined);
    assert.deepEqual(calls, ['usage', 'limits', 'usage', 'limits']);
  });

  it('rejects with other errors, and does not cache them', async () => {
    const { metrics, calls } = harness({ observability: new ApiError('network') });
    for (let i = 0; i < 2; i += 1)
      await assert.rejects(metrics.observability('a', '1h'), { kind: 'network' });
    assert.equal(calls.length, 2);
  });
});
