import { DisposableStore, type Disposable } from '../base/disposable';
import { Emitter, type Event } from '../base/emitter';

/** Something that uses computers from this window: terminals, runs, forwarded ports, open files. */
export interface UsageSource {
  /** The ids of those that are in use now; some perhaps more than once. */
  readonly computerIds: readonly string[];
  /** Fires when they may have changed. */
  readonly onDidChange: Event<unknown>;
}

/** All that uses computers from this window, as one. */
export class ComputersInUse implements UsageSource, Disposable {
  private readonly disposables = new DisposableStore();
  private readonly changes = this.disposables.add(new Emitter<unknown>());
  private readonly all: UsageSource[] = [];

  readonly onDidChange = this.changes.event;

  add(usage: UsageSource): void {
    this.all.push(usage);
    this.disposables.add(usage.onDidChange(() => this.changes.fire(undefined)));
  }

  get computerIds(): readonly string[] {
    return this.all.flatMap((usage) => usage.computerIds);
  }

  dispose(): void {
    this.disposables.dispose();
  }
}
