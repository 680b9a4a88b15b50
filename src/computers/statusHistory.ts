import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import type { Computer } from './computer';
import type { ComputerStore } from './computerStore';

/** A status that a computer was first seen in at some time. */
export interface StatusChange {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The status; `gone` for a computer that has left the list. */
  readonly status: string;
  /** The service's explanation of an error. */
  readonly lastError: string | undefined;
}

/** Statuses that one computer has had. */
export interface ComputerHistory {
  readonly id: string;
  readonly name: string;
  readonly changes: readonly StatusChange[];
}

/** Size of the history; the oldest entries are dropped first. */
const maxComputers = 200;
const maxChangesOfComputer = 30;

/** Records which statuses the computers have had, and when; for the diagnostics report. */
export class StatusHistory implements Disposable {
  private readonly histories = new Map<string, ComputerHistory>();
  private readonly listener: Disposable;

  constructor(
    store: Pick<ComputerStore, 'onDidChange'>,
    private readonly clock: Pick<Clock, 'now'>,
  ) {
    this.listener = store.onDidChange(({ added, changed, removed }) => {
      for (const computer of [...added, ...changed]) this.record(computer, computer.status);
      for (const { computer } of removed) this.record(computer, 'gone');
    });
  }

  /** All histories; the computer that changed last is the last. */
  get computers(): readonly ComputerHistory[] {
    return [...this.histories.values()];
  }

  dispose(): void {
    this.listener.dispose();
  }

  private record({ id, name, lastError }: Computer, status: string): void {
    const changes = this.histories.get(id)?.changes ?? [];
    const last = changes.at(-1);
    if (last?.status === status && last.lastError === lastError) return;
    const change = { at: this.clock.now(), status, lastError };
    this.histories.delete(id);
    this.histories.set(id, { id, name, changes: [...changes, change].slice(-maxChangesOfComputer) });
    const [oldest] = this.histories.keys();
    if (this.histories.size > maxComputers && oldest !== undefined) this.histories.delete(oldest);
  }
}
