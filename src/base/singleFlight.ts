import { abortable } from './abort';

/** One run in progress, with the callers that wait for it. */
interface Flight<T, P> {
  readonly result: Promise<T>;
  readonly controller: AbortController;
  readonly listeners: Set<(progress: P) => void>;
  latest: P | undefined;
  callers: number;
}

/**
 * Runs a task once per key, however many callers ask for it at the same time (as Go's singleflight does). A caller that
 * joins receives the latest progress at once. A caller that cancels leaves alone; the run itself is aborted when the
 * last one has left.
 */
export class SingleFlight<T, P> {
  private readonly flights = new Map<string, Flight<T, P>>();

  async join(
    key: string,
    run: (signal: AbortSignal, report: (progress: P) => void) => Promise<T>,
    signal: AbortSignal,
    onProgress: (progress: P) => void = () => undefined,
  ): Promise<T> {
    signal.throwIfAborted();
    const flight = this.flights.get(key) ?? this.start(key, run);
    const listener = (progress: P): void => onProgress(progress);
    flight.listeners.add(listener);
    if (flight.latest !== undefined) listener(flight.latest);
    flight.callers += 1;
    try {
      return await abortable(flight.result, signal);
    } finally {
      flight.listeners.delete(listener);
      flight.callers -= 1;
      if (flight.callers === 0) this.release(key, flight);
    }
  }

  private start(
    key: string,
    run: (signal: AbortSignal, report: (progress: P) => void) => Promise<T>,
  ): Flight<T, P> {
    const controller = new AbortController();
    const listeners = new Set<(progress: P) => void>();
    const report = (progress: P): void => {
      flight.latest = progress;
      for (const listener of [...listeners]) listener(progress);
    };
    // The run starts in a later microtask, when `flight` is assigned and its first listener is subscribed.
    const result = Promise.resolve().then(() => run(controller.signal, report));
    const flight: Flight<T, P> = { result, controller, listeners, latest: undefined, callers: 0 };
    this.flights.set(key, flight);
    const onSettled = (): void => this.remove(key, flight);
    result.then(onSettled, onSettled);
    return flight;
  }

  private release(key: string, flight: Flight<T, P>): void {
    this.remove(key, flight);
    flight.controller.abort();
  }

  private remove(key: string, flight: Flight<T, P>): void {
    if (this.flights.get(key) === flight) this.flights.delete(key);
  }
}
