import type { Clock } from '../base/clock';
import { DisposableStore, type Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import type { Computer } from './computer';
import type { StartRequest, Lifecycle } from './lifecycle';
import { statusOf } from './status';
import { isIncomplete, type ComputerStore, type StoreChange } from './store';

/** Something a person may want to hear of while they do something else. */
export interface ComputerEvent {
  readonly computer: Computer;
  readonly kind:
    /** A start or a create that this window asked for has led to a running computer. */
    | 'ready'
    /** A create that this window asked for has failed. */
    | 'notCreated'
    /** It needs attention, or is lost, without this window having asked for anything. */
    | 'failed'
    /** It was stopped, or deleted, and not by this window. */
    | 'stopped'
    | 'deleted';
}

type Outcome = 'failed' | 'stopped' | 'deleted';

/** Milliseconds for which the list is kept up to date for a computer that is being created. */
const createWatchMs = 600_000;

/** Tells what happens to computers elsewhere, and what comes of what this window has begun. */
export class ComputerEvents implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly happenings = this.disposables.add(new Emitter<ComputerEvent>());
  private readonly fates = new Map<string, Outcome | undefined>();
  /** On their way, because this window asked for it. */
  private readonly coming = new Map<string, StartRequest['action']>();
  /** Creates that are watched, so that their end is heard of even where nobody looks at the list. */
  private readonly watched = new Map<string, AbortController>();
  /** Stopped or deleted by this window. */
  private readonly ending = new Set<string>();

  readonly onEvent = this.happenings.event;

  constructor(
    private readonly store: Pick<ComputerStore, 'get' | 'onDidChange' | 'state' | 'watch'>,
    lifecycle: Pick<Lifecycle, 'onDidStart' | 'onWillStopOrDelete'>,
    private readonly clock: Clock,
  ) {
    this.disposables.add(lifecycle.onDidStart((departure) => this.begin(departure)));
    this.disposables.add(lifecycle.onWillStopOrDelete((id) => this.ending.add(id)));
    this.disposables.add(store.onDidChange((change) => this.follow(change)));
  }

  dispose(): void {
    for (const id of [...this.watched.keys()]) this.unwatch(id);
    this.disposables.dispose();
  }

  private begin({ id, action: what }: StartRequest): void {
    this.ending.delete(id);
    const now = this.store.get(id);
    if (!now || statusOf(now.status).kind !== 'changing') return;
    this.coming.set(id, what);
    if (what === 'create') this.watch(id);
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

  private follow({ added, changed, removed }: StoreChange): void {
    for (const computer of added) this.fates.set(computer.id, fateOf(computer));
    for (const computer of changed) this.look(computer);
    const isOutOfSight = isIncomplete(this.store.state);
    for (const computer of removed) this.leave(computer, isOutOfSight);
  }

  private look(computer: Computer): void {
    const { id, status } = computer;
    const fate = fateOf(computer);
    const before = this.fates.get(id);
    this.fates.set(id, fate);
    if (statusOf(status).kind === 'changing' && fate === undefined) return;
    const came = this.arrive(id);
    if (fate !== undefined) this.meet(computer, fate, before, came);
    else if (statusOf(status).open === 'connect') {
      this.ending.delete(id);
      if (came) this.happenings.fire({ computer, kind: 'ready' });
    }
  }

  /** @returns what this window had asked for, which has come to an end now */
  private arrive(id: string): StartRequest['action'] | undefined {
    const came = this.coming.get(id);
    this.coming.delete(id);
    this.unwatch(id);
    return came;
  }

  private meet(
    computer: Computer,
    fate: Outcome,
    before: Outcome | undefined,
    came: StartRequest['action'] | undefined,
  ): void {
    if (fate === before || this.ending.has(computer.id)) return;
    if (fate === 'failed' && came === 'create') this.happenings.fire({ computer, kind: 'notCreated' });
    // What comes of a start is told where it was asked for.
    else if (came === undefined) this.happenings.fire({ computer, kind: fate });
  }

  private leave(computer: Computer, isOutOfSight: boolean): void {
    const { id } = computer;
    const before = this.fates.get(id);
    const came = this.arrive(id);
    if (!isOutOfSight) this.meet(computer, 'deleted', before, came);
    this.fates.delete(id);
    this.ending.delete(id);
  }
}

function fateOf({ status }: Computer): Outcome | undefined {
  if (status === 'deleting' || status === 'deleted') return 'deleted';
  if (status === 'lost') return 'failed';
  const { open } = statusOf(status);
  if (open === 'offerStart') return 'failed';
  return open === 'start' ? 'stopped' : undefined;
}
