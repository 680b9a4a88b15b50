import type { Clock } from '../base/clock';
import { type Disposable, DisposableStore } from '../base/disposable';
import { Emitter } from '../base/emitter';
import type { Computer } from './computer';
import type { ComputerStore, Removal, StoreChange } from './computerStore';
import type { Lifecycle, StartRequest } from './lifecycle';
import { statusOf } from './statusTable';

/** Something that happened to a computer and is worth a notification. */
export interface ComputerEvent {
  readonly computer: Computer;
  readonly kind:
    /** A start or a create that this window requested has led to a running computer. */
    | 'ready'
    /** A create that this window requested has failed. */
    | 'notCreated'
    /** It needs attention or is lost, though this window had requested nothing. */
    | 'failed'
    /** It was stopped or deleted outside this window. */
    | 'stopped'
    | 'deleted';
}

/** A state in which a computer cannot be used. */
type Outcome = 'failed' | 'stopped' | 'deleted';

/** Milliseconds for which the list is polled for a computer that is being created, though no view shows it. */
const createWatchMs = 600_000;

/** Reports what happens to computers outside this window, and the result of what this window has requested. */
export class ComputerEvents implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly events = this.disposables.add(new Emitter<ComputerEvent>());
  /** Latest outcome of each computer in the list. */
  private readonly outcomes = new Map<string, Outcome | undefined>();
  /** Starts and creates that this window requested and that are under way. */
  private readonly requested = new Map<string, StartRequest['action']>();
  /** Creates for which the list is polled. */
  private readonly watched = new Map<string, AbortController>();
  /** Computers that this window stops or deletes. */
  private readonly ending = new Set<string>();

  readonly onEvent = this.events.event;

  constructor(
    private readonly store: Pick<ComputerStore, 'get' | 'onDidChange' | 'watch'>,
    lifecycle: Pick<Lifecycle, 'onDidStart' | 'onWillStopOrDelete'>,
    private readonly clock: Clock,
  ) {
    this.disposables.add(lifecycle.onDidStart((request) => this.onStart(request)));
    this.disposables.add(lifecycle.onWillStopOrDelete((id) => this.ending.add(id)));
    this.disposables.add(store.onDidChange((change) => this.onChange(change)));
  }

  dispose(): void {
    for (const id of [...this.watched.keys()]) this.unwatch(id);
    this.disposables.dispose();
  }

  private onStart({ id, action }: StartRequest): void {
    this.ending.delete(id);
    const computer = this.store.get(id);
    if (!computer || !statusOf(computer.status).isChanging) return;
    this.requested.set(id, action);
    if (action === 'create') this.watch(id);
  }

  private watch(id: string): void {
    const watch = this.store.watch();
    const end = new AbortController();
    end.signal.addEventListener('abort', () => watch.dispose(), { once: true });
    this.watched.set(id, end);
    this.clock.delay(createWatchMs, end.signal).then(
      () => this.unwatch(id),
      () => undefined,
    );
  }

  private unwatch(id: string): void {
    this.watched.get(id)?.abort();
    this.watched.delete(id);
  }

  private onChange({ added, changed, removed }: StoreChange): void {
    for (const computer of added) this.outcomes.set(computer.id, outcomeOf(computer));
    for (const computer of changed) this.onUpdate(computer);
    for (const removal of removed) this.onRemoval(removal);
  }

  private onUpdate(computer: Computer): void {
    const { id, status } = computer;
    const outcome = outcomeOf(computer);
    const before = this.outcomes.get(id);
    this.outcomes.set(id, outcome);
    if (statusOf(status).isChanging && outcome === undefined) return;
    const requested = this.settleRequest(id);
    if (outcome !== undefined) this.emitOutcome(computer, outcome, before, requested);
    else if (statusOf(status).isRunning) {
      this.ending.delete(id);
      if (requested) this.events.fire({ computer, kind: 'ready' });
    }
  }

  private onRemoval({ computer, cause }: Removal): void {
    const { id } = computer;
    const before = this.outcomes.get(id);
    const requested = this.settleRequest(id);
    if (cause === 'deleted') this.emitOutcome(computer, 'deleted', before, requested);
    this.outcomes.delete(id);
    this.ending.delete(id);
  }

  /** @returns the request of this window that has come to its end, if any */
  private settleRequest(id: string): StartRequest['action'] | undefined {
    const requested = this.requested.get(id);
    this.requested.delete(id);
    this.unwatch(id);
    return requested;
  }

  private emitOutcome(
    computer: Computer,
    outcome: Outcome,
    before: Outcome | undefined,
    requested: StartRequest['action'] | undefined,
  ): void {
    if (outcome === before || this.ending.has(computer.id)) return;
    if (outcome === 'failed' && requested === 'create') this.events.fire({ computer, kind: 'notCreated' });
    // The caller of a start reports its failure itself.
    else if (requested === undefined) this.events.fire({ computer, kind: outcome });
  }
}

function outcomeOf({ status }: Computer): Outcome | undefined {
  const { isGone, isLost, needsAttention, isStopped } = statusOf(status);
  if (isGone) return 'deleted';
  if (isLost || needsAttention) return 'failed';
  return isStopped ? 'stopped' : undefined;
}
