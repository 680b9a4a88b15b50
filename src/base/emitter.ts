import { toDisposable, type Disposable } from './disposable';

/** Subscribes a listener; dispose what comes back to end it. */
export type Event<T> = (listener: (value: T) => void) => Disposable;

/** An event source for the layers that know no VS Code. Listeners may come and go while an event is fired. */
export class Emitter<T> implements Disposable {
  private readonly listeners = new Set<(value: T) => void>();

  readonly event: Event<T> = (listener) => {
    const own = (value: T): void => listener(value);
    this.listeners.add(own);
    return toDisposable(() => this.listeners.delete(own));
  };

  fire(value: T): void {
    for (const listener of [...this.listeners]) listener(value);
  }

  /** How many listen. A leak shows here. */
  get size(): number {
    return this.listeners.size;
  }

  dispose(): void {
    this.listeners.clear();
  }
}
