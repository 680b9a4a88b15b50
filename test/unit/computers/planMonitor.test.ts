import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { UsageOverview } from '../../../src/api/wire';
import type { Plan } from '../../../src/computers/plan';
import { PlanMonitor } from '../../../src/computers/planMonitor';
import { ServiceReports } from '../../../src/computers/serviceReports';
import { deferred } from '../support/deferred';
import { FakeClock, settled } from '../support/fakeClock';
import { overviewOf, usagePlan } from '../support/plans';
import { RecordingLog } from '../support/recordingLog';

const minute = 60_000;

function scene(answer: () => Promise<Plan | undefined> = () => Promise.resolve(usagePlan())) {
  const clock = new FakeClock();
  const counts = { reads: 0, changes: 0 };
  const plan = (): Promise<Plan | undefined> => {
    counts.reads += 1;
    return answer();
  };
  const monitor = new PlanMonitor({ plan }, clock, new RecordingLog());
  monitor.onDidChange(() => (counts.changes += 1));
  return { clock, counts, monitor };
}

describe('the plan', () => {
  it('is read every five minutes while somebody watches it, and not without', async () => {
    const { clock, counts, monitor } = scene();
    await clock.advance(10 * minute);
    assert.equal(counts.reads, 0);
    const watch = monitor.watch();
    await clock.advance(4 * minute);
    assert.deepEqual(counts, { reads: 1, changes: 1 });
    await clock.advance(2 * minute);
    assert.equal(counts.reads, 2);
    watch.dispose();
    await clock.advance(60 * minute);
    assert.equal(counts.reads, 2);
    assert.equal(clock.waiting, 0);
  });

  it('is new at each read, though answers are cached for as long and come late', async () => {
    const clock = new FakeClock();
    let calls = 0;
    const usageOverview = async (): Promise<UsageOverview> => {
      calls += 1;
      await clock.delay(1_000);
      return overviewOf({ running_count: calls });
    };
    const unused = (): Promise<never> => Promise.reject(new Error('not used'));
    const others = {
      billing: unused,
      commands: unused,
      observability: unused,
      projects: unused,
      sizes: unused,
    };
    const reports = new ServiceReports({ ...others, usageOverview }, clock);
    const monitor = new PlanMonitor(reports, clock, new RecordingLog());
    monitor.watch();
    await clock.advance(16 * minute);
    assert.equal(calls, 4);
    assert.deepEqual(monitor.latest, usagePlan({ running_count: 4 }));
    monitor.dispose();
  });

  it('is read no more often, however often somebody asks, looks away and looks again', async () => {
    const { clock, counts, monitor } = scene(() => Promise.reject(new Error('The service is down.')));
    for (let i = 0; i < 20; i += 1) {
      const watch = monitor.watch();
      await monitor.refresh();
      await clock.advance(minute / 5);
      watch.dispose();
    }
    assert.equal(counts.reads, 1);
    assert.equal(monitor.latest, undefined);
  });

  it('is dropped with the account, and never comes from another one, however late', async () => {
    const late = deferred<Plan | undefined>();
    const answers = [late.promise, Promise.resolve(usagePlan({ running_count: 7 }))];
    const { monitor } = scene(() => answers.shift()!);
    const first = monitor.refresh();
    await settled();
    monitor.reset();
    assert.equal(monitor.latest, undefined);
    await monitor.refresh();
    late.resolve(usagePlan({ running_count: 1 }));
    await first;
    assert.deepEqual(monitor.latest, usagePlan({ running_count: 7 }));
  });
});
