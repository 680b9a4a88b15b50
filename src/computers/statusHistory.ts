import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import type { Computer } from './computer';
import type { ComputerStore } from './store';

/** When a computer was first seen in a state. */
export interface StatusChange {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The status; `gone`: it is not in the list any more. */
  readonly status: string;
  /** What the service says went wrong. */
  readonly lastError: string | undefined;
}

/** What was seen of one computer. */
export interface ComputerHistory {
  readonly id: string;
  readonly name: string;
  readonly changes: readonly StatusChange[];
}

/** How much is kept; what is oldest goes first. */
const most = { computers: 200, moments: 30 };

/** Keeps what states the computers were seen in, and when. */
export class StatusHistory implements Disposable {
  private readonly all = new Map<string, ComputerHistory>();
  private readonly listener: Disposable;

  constructor(
    store: Pick<ComputerStore, 'onDidChange'>,
    private readonly clock: Pick<Clock, 'now'>,
  ) {
    this.listener = store.onDidChange(({ added, changed, removed }) => {
      for (const computer of [...added, ...changed]) this.note(computer, computer.status);
      for (const computer of removed) this.note(computer, 'gone');
    });
  }

  /** Those that changed latest come last. */
  get computers(): readonly ComputerHistory[] {
    return [...this.all.values()];
  }

  dispose(): void {
    this.listener.dispose();
  }

  private note({ id, name, lastError }: Computer, status: string): void {
    const moments = this.all.get(id)?.changes ?? [];
    const last = moments.at(-1);
    if (last?.status === status && last.lastError === lastError) return;
    const moment = { at: this.clock.now(), status, lastError };
    this.all.delete(id);
    this.all.set(id, { id, name, changes: [...moments, moment].slice(-most.moments) });
    const [oldest] = this.all.keys();
    if (this.all.size > most.computers && oldest !== undefined) this.all.delete(oldest);
  }
}
