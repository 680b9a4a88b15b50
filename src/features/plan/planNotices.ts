import type { Clock } from '../../base/clock';
import { type Disposable, DisposableStore } from '../../base/disposable';
import type { Memento } from '../../base/memento';
import type { ComputerStore } from '../../computers/computerStore';
import type { Lifecycle } from '../../computers/lifecycle';
import { type Credit, creditsOf, type Plan, slotsOf } from '../../computers/plan';
import type { PlanMonitor } from '../../computers/planMonitor';
import { statusOf } from '../../computers/statusTable';

/** Memento key of the time of the last warning of little credit, in milliseconds since the epoch. */
const creditWarnedKey = 'celesto.creditWarned';
/** Milliseconds until a warning of little credit is repeated: one day. */
const repeatMs = 86_400_000;
/** Credit in dollars under which it is warned of. */
const lowCreditUsd = 1;
/** Kinds of credit that pay for every size. */
const generalKinds: ReadonlySet<string> = new Set(['trial', 'prepaid', 'promotional']);

export interface PlanPrompts {
  showLastSlot(limit: number): void;
  warnOfLowCredit(credit: Credit): void;
}

export interface PlanNoticesDeps {
  readonly planMonitor: Pick<PlanMonitor, 'latest' | 'refresh' | 'onDidChange'>;
  readonly lifecycle: Pick<Lifecycle, 'onDidStart'>;
  readonly store: Pick<ComputerStore, 'computers' | 'onDidChange'>;
  readonly memory: Memento;
  readonly clock: Pick<Clock, 'now'>;
  readonly prompts: PlanPrompts;
}

/** Tells that a start took the last slot of the plan, and that the credit is nearly used up. */
export class PlanNotices implements Disposable {
  private readonly disposables = new DisposableStore();
  /** True from the notice until a slot is free again. */
  private wasLastSlotShown = false;

  constructor(private readonly deps: PlanNoticesDeps) {
    const { planMonitor, lifecycle, store } = deps;
    this.disposables.add(lifecycle.onDidStart(() => void this.checkSlots()));
    this.disposables.add(store.onDidChange(() => this.noteFreeSlot()));
    this.disposables.add(planMonitor.onDidChange(() => this.checkCredit()));
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private async checkSlots(): Promise<void> {
    const plan = await this.deps.planMonitor.refresh();
    const slots = plan && slotsOf(plan);
    // With one slot, every start takes the last one.
    if (!slots || slots.limit < 2 || this.wasLastSlotShown) return;
    // The list may be filtered by a project, and the answer may be some minutes old.
    if (Math.max(this.takenSlots(), slots.running) < slots.limit) return;
    this.wasLastSlotShown = true;
    this.deps.prompts.showLastSlot(slots.limit);
  }

  private noteFreeSlot(): void {
    const { latest } = this.deps.planMonitor;
    const slots = latest && slotsOf(latest);
    if (slots && this.takenSlots() < slots.limit) this.wasLastSlotShown = false;
  }

  private takenSlots(): number {
    return this.deps.store.computers.filter(({ status }) => takesSlot(status)).length;
  }

  private checkCredit(): void {
    const { planMonitor, memory, clock, prompts } = this.deps;
    const credit = planMonitor.latest && lowCredit(planMonitor.latest);
    const warnedAt = memory.get(creditWarnedKey);
    const isWarned = typeof warnedAt === 'number' && clock.now() - warnedAt < repeatMs;
    if (!credit || isWarned) return;
    void memory.update(creditWarnedKey, clock.now());
    prompts.warnOfLowCredit(credit);
  }
}

/** Running, or on its way there. */
function takesSlot(status: string): boolean {
  const { isRunning, isChanging, isStopping, isGone } = statusOf(status);
  return isRunning || (isChanging && !isStopping && !isGone);
}

/** The credit of an account that lives on credit, where all of it together is less than {@link lowCreditUsd}. */
function lowCredit(plan: Plan): Credit | undefined {
  if (plan.kind !== 'usage' || plan.overview.state === 'paid') return undefined;
  const credits = creditsOf(plan.overview).filter(({ kind, usd }) => generalKinds.has(kind) && usd > 0);
  const total = credits.reduce((sum, { usd }) => sum + usd, 0);
  return total < lowCreditUsd ? credits[0] : undefined;
}
