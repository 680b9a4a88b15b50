import { type Disposable, toDisposable } from './disposable';

/** Subscribes a listener; disposing the result unsubscribes it. */
export type Event<T> = (listener: (value: T) => void) => Disposable;

/**
 * Event source for the layers that must not import VS Code, in the shape of VS Code's EventEmitter.
 * Listeners may be added and removed while an event is fired.
 */
export class Emitter<T> implements Disposable {
  private readonly listeners = new Set<(value: T) => void>();

  readonly event: Event<T> = (listener) => {
    // A function of its own for each subscription, so that the same listener may subscribe twice.
    const subscription = (value: T): void => listener(value);
    this.listeners.add(subscription);
    return toDisposable(() => this.listeners.delete(subscription));
  };

  fire(value: T): void {
    for (const listener of [...this.listeners]) listener(value);
  }

  /** Number of listeners; a leak shows here. */
  get size(): number {
    return this.listeners.size;
  }

  dispose(): void {
    this.listeners.clear();
  }
}
