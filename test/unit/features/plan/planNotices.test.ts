import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Emitter } from '../../../../src/base/emitter';
import type { Memento } from '../../../../src/base/memento';
import type { StartRequest } from '../../../../src/computers/lifecycle';
import type { Plan } from '../../../../src/computers/plan';
import { PlanNotices } from '../../../../src/features/plan/planNotices';
import { settled } from '../../support/fakeClock';
import { limitsPlan, usagePlan } from '../../support/plans';
import { StoreHarness } from '../../support/storeHarness';

const day = 86_400_000;

class Scene {
  readonly harness = new StoreHarness();
  readonly shown: string[] = [];
  plan: Plan | undefined;
  private readonly starts = new Emitter<StartRequest>();
  private readonly reads = new Emitter<undefined>();
  private readonly values = new Map<string, unknown>();

  constructor(plan: Plan | undefined) {
    this.plan = plan;
    const { values } = this;
    const memory: Memento = {
      get: (key) => values.get(key),
      update: (key, value) => Promise.resolve(void values.set(key, value)),
    };
    const { store, clock } = this.harness;
    const planNow = (): Plan | undefined => this.plan;
    new PlanNotices({
      ...{ store, clock, memory },
      lifecycle: { onDidStart: this.starts.event },
      planMonitor: {
        get latest() {
          return planNow();
        },
        refresh: () => Promise.resolve(planNow()),
        onDidChange: this.reads.event,
      },
      prompts: {
        showLastSlot: (limit) => void this.shown.push(`last of ${limit}`),
        warnOfLowCredit: ({ kind }) => void this.shown.push(`low ${kind}`),
      },
    });
  }

  /** Starts a computer, after which the list holds these. */
  async start(...computers: string[]): Promise<string[]> {
    await this.harness.refreshWith(...computers);
    this.starts.fire({ id: 'a', action: 'start' });
    await settled();
    return this.shown.splice(0);
  }

  read(plan: Plan | undefined): string[] {
    this.plan = plan;
    this.reads.fire(undefined);
    return this.shown.splice(0);
  }
}

describe('the notice of the last slot', () => {
  const twoSlots = usagePlan({ running_count: 0, running_limit: 2 });

  it('comes with the start that takes it, and again only after a slot was free', async () => {
    const scene = new Scene(twoSlots);
    assert.deepEqual(await scene.start('a starting', 'b stopped'), []);
    assert.deepEqual(await scene.start('a running', 'b starting'), ['last of 2']);
    assert.deepEqual(await scene.start('a running', 'b running'), []);
    await scene.harness.refreshWith('a running', 'b stopping');
    assert.deepEqual(await scene.start('a running', 'b starting'), ['last of 2']);
  });

  it('counts what the service counts, which may be more than the list has', async () => {
    assert.deepEqual(await new Scene(usagePlan({ running_count: 10 })).start('a running'), ['last of 10']);
    assert.deepEqual(await new Scene(limitsPlan()).start('a running'), []);
  });

  it('does not come for a plan with one slot, with any number, or with no known one', async () => {
    const plans = [usagePlan({ running_count: 1, running_limit: 1 }), usagePlan({ running_limit: -1 })];
    for (const plan of [...plans, undefined])
      assert.deepEqual(await new Scene(plan).start('a running', 'b running'), []);
  });
});

describe('the warning of little credit', () => {
  const trial = (usd: string): Plan => usagePlan({ state: 'trial', trial_credit_remaining_usd: usd });

  it('comes once a day', async () => {
    const scene = new Scene(undefined);
    assert.deepEqual(scene.read(trial('1.00')), []);
    assert.deepEqual(scene.read(trial('0.99')), ['low trial']);
    await scene.harness.clock.advance(day - 1);
    assert.deepEqual(scene.read(trial('0.5')), []);
    await scene.harness.clock.advance(1);
    assert.deepEqual(scene.read(trial('0.5')), ['low trial']);
  });

  it('does not come where other credit is left, where the account pays, or where all is used up', () => {
    const scene = new Scene(undefined);
    const low = { trial_credit_remaining_usd: '0.10' };
    assert.deepEqual(
      scene.read(usagePlan({ ...low, state: 'promotional', promotional_credit_remaining_usd: '5' })),
      [],
    );
    assert.deepEqual(scene.read(usagePlan({ ...low, state: 'paid' })), []);
    assert.deepEqual(scene.read(trial('0')), []);
    assert.deepEqual(scene.read(limitsPlan()), []);
  });
});
