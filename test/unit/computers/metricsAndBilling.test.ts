import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError } from '../../../src/api/errors';
import type { BillingSummary, Observability, Size } from '../../../src/api/wire';
import { computerFrom } from '../../../src/computers/computer';
import { MetricsAndBilling } from '../../../src/computers/metricsAndBilling';
import { wire } from '../support/computers';
import { abortable, isCancellation } from '../../../src/base/abort';
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

function bench(answers: { sizes?: Size[] | Error; observability?: Error | Promise<Observability> } = {}) {
  const calls: string[] = [];
  const clock = new FakeClock();
  const answer = <T>(call: string, value: T | Promise<T> | Error, signal?: AbortSignal): Promise<T> => {
    calls.push(call);
    const result = value instanceof Error ? Promise.reject(value) : Promise.resolve(value);
    return signal ? abortable(result, signal) : result;
  };
  const insights = new MetricsAndBilling(
    {
      sizes: () => answer('sizes', answers.sizes ?? []),
      observability: (id, _, signal) =>
        answer(`observability ${id}`, answers.observability ?? nothing, signal),
      commands: () => answer('commands', []),
      billing: () => answer<BillingSummary>('billing', new ApiError('forbidden')),
    },
    clock,
  );
  return { insights, calls, clock };
}

describe('Insights', () => {
  const computers = [
    computerFrom(wire('a', 'running', { vcpus: 2, ram_mb: 4096, disk_size_mb: 10_240 })),
    computerFrom(wire('b', 'running', { vcpus: 1, ram_mb: 1024, disk_size_mb: 5_120 })),
  ];

  it('adds up what running computers cost, by their size', async () => {
    const sizes = [
      size('other', 2, 4096, 20_480, '9'),
      size('standard', 2, 4096, 10_240, '0.08'),
      size('small', 1, 1024, 10_240, '0.02'),
    ];
    const { insights, calls } = bench({ sizes });
    assert.equal(await insights.hourlyCost(computers), 0.1);
    await insights.hourlyCost(computers);
    assert.deepEqual(calls, ['sizes']);
  });

  it('knows no cost where no size fits, or the service tells none', async () => {
    assert.equal(await bench().insights.hourlyCost(computers), undefined);
    assert.equal(await bench({ sizes: new ApiError('notFound') }).insights.hourlyCost(computers), undefined);
  });

  it('asks again how a computer does after some seconds, and after the account has changed', async () => {
    const { insights, calls, clock } = bench();
    await insights.observability('a', '1h');
    await insights.observability('a', '1h');
    assert.equal(calls.length, 1);
    await clock.advance(5_001);
    await insights.observability('a', '1h');
    insights.reset();
    await insights.observability('a', '1h');
    assert.equal(calls.length, 3);
  });

  it('shares one call among those who ask at the same time, also where one of them leaves', async () => {
    const coming = deferred<Observability>();
    const { insights, calls } = bench({ observability: coming.promise });
    const leaving = new AbortController();
    const left = insights.observability('a', '24h', leaving.signal);
    const kept = insights.observability('a', '24h', new AbortController().signal);
    await settled();
    leaving.abort();
    await assert.rejects(left, isCancellation);
    coming.resolve(nothing);
    assert.equal(await kept, nothing);
    assert.deepEqual(calls, ['observability a']);
  });

  it('gives one account nothing of what another one was told, however late that came', async () => {
    const coming = deferred<Observability>();
    const { insights, calls } = bench({ observability: coming.promise });
    const before = insights.observability('a', '1h');
    await settled();
    insights.reset();
    const after = insights.observability('a', '1h');
    coming.resolve(nothing);
    await Promise.all([before, after]);
    assert.equal(calls.length, 2);
  });

  it('has no answer where a key may not ask', async () => {
    assert.equal(await bench().insights.billing(), undefined);
  });

  it('tells what else goes wrong, and remembers it not', async () => {
    const { insights, calls } = bench({ observability: new ApiError('network') });
    for (let i = 0; i < 2; i += 1)
      await assert.rejects(insights.observability('a', '1h'), { kind: 'network' });
    assert.equal(calls.length, 2);
  });
});
