import { type Disposable, DisposableStore } from '../base/disposable';
import { Emitter, type Event } from '../base/emitter';

/** Something in this window that uses computers: terminals, runs, forwarded ports, open files. */
export interface UsageSource {
  /** Ids of the computers in use now; an id may occur more than once. */
  readonly computerIds: readonly string[];
  /** Fires when {@link computerIds} may have changed. */
  readonly onDidChange: Event<unknown>;
}

/** The computers that this window uses, gathered from all sources. */
export class ComputersInUse implements UsageSource, Disposable {
  private readonly disposables = new DisposableStore();
  private readonly changes = this.disposables.add(new Emitter<unknown>());
  private readonly sources: UsageSource[] = [];

  readonly onDidChange = this.changes.event;

  add(source: UsageSource): void {
    this.sources.push(source);
    this.disposables.add(source.onDidChange(() => this.changes.fire(undefined)));
  }

  get computerIds(): readonly string[] {
    return this.sources.flatMap((source) => source.computerIds);
  }

  dispose(): void {
    this.disposables.dispose();
  }
}
