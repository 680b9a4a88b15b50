import type { CelestoClient, ComputerList, CreateIntent } from '../../../src/api/client';
import type { BulkDeleteResult, ChangedComputer, Operation, WireComputer } from '../../../src/api/wire';
import { abortable } from '../../../src/base/abort';
import { listOf } from './computers';

interface Answers {
  list: ComputerList;
  get: WireComputer;
  create: ChangedComputer;
  start: ChangedComputer;
  stop: ChangedComputer;
  delete: ChangedComputer;
  retryRestore: WireComputer;
  bulkDelete: BulkDeleteResult;
  operation: Operation;
}

/** One answer of the script: immediate, later, or an error. */
export type Step<T> = T | Error | Promise<T>;

/**
 * A client that plays a script for each of its methods: one step per call, the last one repeatedly. Like the real one it
 * rejects as soon as the signal is aborted.
 */
export class FakeClient implements Pick<CelestoClient, keyof Answers> {
  /** Calls in order: `start cmp_1`. */
  readonly calls: string[] = [];
  private readonly scripts = new Map<keyof Answers, Step<unknown>[]>([['list', [listOf()]]]);

  script<M extends keyof Answers>(method: M, ...steps: Step<Answers[M]>[]): void {
    this.scripts.set(method, steps);
  }

  /** Counts the calls of a method, optionally for one computer. */
  count(method: keyof Answers, id?: string): number {
    return this.calls.filter((call) => call === `${method} ${id}` || (!id && call.split(' ')[0] === method))
      .length;
  }

  list = (signal?: AbortSignal): Promise<ComputerList> => this.play('list', '', signal);
  get = (id: string, signal?: AbortSignal): Promise<WireComputer> => this.play('get', id, signal);
  create = (_intent: CreateIntent, signal?: AbortSignal): Promise<ChangedComputer> =>
    this.play('create', '', signal);
  start = (id: string, signal?: AbortSignal): Promise<ChangedComputer> => this.play('start', id, signal);
  stop = (id: string, signal?: AbortSignal): Promise<ChangedComputer> => this.play('stop', id, signal);
  delete = (id: string, signal?: AbortSignal): Promise<ChangedComputer> => this.play('delete', id, signal);
  retryRestore = (id: string, signal?: AbortSignal): Promise<WireComputer> =>
    this.play('retryRestore', id, signal);
  operation = (id: string, operationId: string, signal?: AbortSignal): Promise<Operation> =>
    this.play('operation', `${id} ${operationId}`, signal);
  bulkDelete = (ids: readonly string[], signal?: AbortSignal): Promise<BulkDeleteResult> =>
    this.play('bulkDelete', ids.join(','), signal);

  private async play<M extends keyof Answers>(
    method: M,
    of: string,
    signal?: AbortSignal,
  ): Promise<Answers[M]> {
    signal?.throwIfAborted();
    this.calls.push(`${method} ${of}`.trim());
    const script = this.scripts.get(method) ?? [];
    const step = script.length > 1 ? script.shift() : script[0];
    if (step === undefined) throw new Error(`no answer in the script for ${method} ${of}`);
    const result = step instanceof Error ? Promise.reject(step) : Promise.resolve(step as Step<Answers[M]>);
    return (await (signal ? abortable(result, signal) : result)) as Answers[M];
  }
}
