import { abortable } from './abort';

interface Flight<T, P> {
  readonly result: Promise<T>;
  readonly controller: AbortController;
  readonly listeners: Set<(progress: P) => void>;
  latest: P | undefined;
  waiting: number;
}

/**
 * One run of a task per key, however many ask for it. A caller that joins hears the latest progress at once. A caller
 * that cancels leaves alone; the run itself is cancelled when the last one has left.
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
    const flight = this.flights.get(key) ?? this.depart(key, run);
    const listener = (progress: P): void => onProgress(progress);
    flight.listeners.add(listener);
    if (flight.latest !== undefined) listener(flight.latest);
    flight.waiting += 1;
    try {
      return await abortable(flight.result, signal);
    } finally {
      flight.listeners.delete(listener);
      flight.waiting -= 1;
      if (flight.waiting === 0) this.land(key, flight);
    }
  }

  private depart(
    key: string,
    run: (signal: AbortSignal, report: (progress: P) => void) => Promise<T>,
  ): Flight<T, P> {
    const controller = new AbortController();
    const listeners = new Set<(progress: P) => void>();
    const report = (progress: P): void => {
      flight.latest = progress;
      for (const listener of [...listeners]) listener(progress);
    };
    // The run begins a turn later, when the flight is complete and its first listener is aboard.
    const result = Promise.resolve().then(() => run(controller.signal, report));
    const flight: Flight<T, P> = { result, controller, listeners, latest: undefined, waiting: 0 };
    this.flights.set(key, flight);
    const settled = (): void => this.forget(key, flight);
    result.then(settled, settled);
    return flight;
  }

  private land(key: string, flight: Flight<T, P>): void {
    this.forget(key, flight);
    flight.controller.abort();
  }

  private forget(key: string, flight: Flight<T, P>): void {
    if (this.flights.get(key) === flight) this.flights.delete(key);
  }
}
