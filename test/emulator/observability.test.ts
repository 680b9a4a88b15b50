import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { until } from '../harness/until';
import { EmulatorHarness } from './emulatorHarness';
import type { Metrics, MetricSample } from './observability';

const route = '/v1/computers/{computer_id}/observability';

// Every answer is checked by the contract; see EmulatorHarness.call.
describe('metrics of a computer', () => {
  const harness = new EmulatorHarness({
    seed: [
      { name: 'noether', vcpus: 1, ramMb: 2048 },
      { name: 'bohr', status: 'stopped' },
    ],
  });
  const id = 'noether';
  before(() => harness.start());
  const fetchMetrics = async (query = '', computer = id) =>
    (
      await harness.call<{ latest: Metrics | null; samples: MetricSample[] }>('GET', route + query, {
        id: computer,
      })
    ).body;
  const latest = async (): Promise<Metrics> => (await fetchMetrics()).latest!;

  it('are measured from its processes and files', { skip: process.platform !== 'linux' }, async () => {
    const idle = await latest();
    assert.deepEqual([idle.ram_total_mb, idle.stale, idle.partial], [2048, false, false]);
    const work = `'x = "x" * 200_000_000\nwhile True: pass'`;
    await harness.exec(id, 'head -c 50000000 /dev/zero > file');
    await harness.exec(id, `timeout 60 python3 -c ${work} >/dev/null 2>&1 & echo $! > pid`);
    await until('the work to be seen', async () => {
      const { cpu_used_percent: cpu, ram_used_mb: ram, disk_used_mb: disk } = await latest();
      return cpu! > 5 && ram! >= idle.ram_used_mb! + 150 && disk! >= idle.disk_used_mb! + 45;
    });
    await harness.exec(id, 'kill $(cat pid)');
    await until('its end to be seen', async () => (await latest()).ram_used_mb! < idle.ram_used_mb! + 100);
  });

  it('are kept as samples, oldest first', async () => {
    const { samples } = await until('two looks', async () => {
      const answer = await fetchMetrics();
      return answer.samples.length > 1 ? answer : undefined;
    });
    const times = samples.map((sample) => Date.parse(sample.observed_at));
    assert.deepEqual(
      times,
      times.toSorted((one, other) => one - other),
    );
    assert.equal(samples.at(-1)?.guest_ram_total_mb, 2048);
  });

  it('are missing while it is not running', async () => {
    assert.deepEqual(await fetchMetrics('', 'bohr'), { latest: null, samples: [] });
  });

  it('can be set by a test, within the requested window', async () => {
    const ago = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
    const sample = (minutes: number, cpu: number | null): MetricSample => {
      return { observed_at: ago(minutes), guest_cpu_used_percent: cpu };
    };
    const samples = [sample(1500, 1), sample(90, 2), sample(30, 3), sample(1, null)];
    const { control } = harness.emulator;
    await control.setMetrics({ id, metrics: { latest: { cpu_used_percent: 99, stale: true }, samples } });
    const day = await fetchMetrics('?window=24h');
    assert.deepEqual(day.latest, { cpu_used_percent: 99, stale: true });
    assert.deepEqual(day.samples, samples.slice(1));
    assert.deepEqual((await fetchMetrics('?window=1h')).samples, samples.slice(2));
    await control.setMetrics({ id, metrics: { latest: null } });
    assert.equal((await fetchMetrics()).latest, null);
    await control.setMetrics({ id });
    assert.equal((await latest()).ram_total_mb, 2048);
  });

  it('are refused for an invalid window', async () => {
    for (const window of ['2h', '', '1h24h', '24'])
      assert.equal((await harness.call('GET', `${route}?window=${window}`, { id })).status, 422);
    assert.equal((await harness.call('GET', route, { id: 'cmp_none' })).status, 404);
  });
});
