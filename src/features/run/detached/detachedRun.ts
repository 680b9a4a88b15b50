import { t } from '@vscode/l10n';
import { ambiguousKinds } from '../../../api/apiErrorKinds';
import { ApiError, isApiError } from '../../../api/apiErrors';
import type { CelestoClient } from '../../../api/client';
import type { ExecResult } from '../../../api/wire';
import type { Clock } from '../../../base/clock';
import { isTransient } from '../../../base/errors';
import { describeError, type Log } from '../../../base/log';
import { retry } from '../../../base/retry';
import { truncate } from '../../../base/text';
import type { ServiceEvent } from '../serviceExecution';
import {
  endScript,
  readScript,
  removeScript,
  type RunFiles,
  startScript,
  storeScripts,
} from './detachedScripts';
import { parseRunAnswer, type RunAnswer, type RunState } from './runAnswer';

type Exec = Pick<CelestoClient, 'exec'>;

/** The time limit of one exec call, in seconds. */
const execTimeoutSeconds = 30;
/** Milliseconds for which the files of a run, which nothing has been started of yet, are sent again. */
const storeRetryMs = 15_000;
/** Rounds of 0.2 s that a call waits for news on the computer: so many first, then twice as many each time. */
const waitRounds = { first: 4, max: 20 };
/** Chunks that are read at once, as long as answers arrive whole. */
const chunksAtOnce = 32;
/** Reads that may fail in a row, with pauses between them that grow: about five minutes. */
const maxFailures = 60;
const failurePause = { firstMs: 500, factor: 1.5, maxMs: 5_000 };
/** Answers that say that the command has not been started, before it counts as such: ten seconds. */
const maxNotStarted = 20;
const notStartedPauseMs = 500;

export interface DetachedRunDeps {
  readonly client: Exec;
  /** Has the latest credentials, and works while the window closes. */
  readonly lastClient: Exec;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * A command that runs on its own on the computer, in a session of its own. Short exec calls start it and read its output, so
 * it is not bound by the time limit of such a call, and a call that fails can be
 * made again. Both outputs share one pipe, as on a terminal, which keeps their order.
 */
export class DetachedRun {
  private position = { first: 0, next: 0 };

  constructor(
    private readonly deps: DetachedRunDeps,
    private readonly computerId: string,
    private readonly runId: string,
  ) {}

  /**
   * Stores the files of the run on the computer, then starts it. @throws ApiError, Error with the computer's message, or the
   * signal's reason
   */
  async start(files: RunFiles, signal: AbortSignal): Promise<void> {
    const { clock } = this.deps;
    for (const script of storeScripts(this.runId, files)) {
      const store = (): Promise<ExecResult> => this.exec(script, signal);
      const options = { clock, signal, timeoutMs: storeRetryMs, shouldRetry: isTransient };
      requireLine(await retry(store, options), 'celesto stored');
    }
    try {
      requireLine(await this.exec(startScript(this.runId), signal), 'celesto started');
    } catch (error) {
      // It may have been started all the same: that is read, and never tried again.
      if (!isApiError(error, ...ambiguousKinds) || !(await this.isStarted(signal))) throw error;
    }
  }

  /** Yields the output as it arrives, and last the exit. @throws ApiError, Error, or the signal's reason */
  async *events(signal: AbortSignal): AsyncGenerator<ServiceEvent, void, undefined> {
    let rounds = waitRounds.first;
    let count = chunksAtOnce;
    for (;;) {
      const { chunks, state } = await this.read(count, rounds, signal);
      for (const data of chunks) yield { kind: 'output', data };
      rounds = chunks.length > 0 ? waitRounds.first : Math.min(waitRounds.max, rounds * 2);
      const mayHaveMore = !state || chunks.length === count;
      // An answer that was cut was too long for the service.
      if (!state) count = Math.max(1, Math.floor(chunks.length / 2));
      if (mayHaveMore) continue;
      if (state.kind === 'closed' || (state.kind === 'exited' && chunks.length === 0)) {
        this.remove();
        yield { kind: 'exited', code: state.code, signal: undefined };
        return;
      }
      assertNotLost(state);
    }
  }

  /** Kills the command with all that it started, and removes its files. Never rejects. */
  kill(): void {
    this.tidy(endScript(this.runId), 'a cancelled command may still run');
  }

  private remove(): void {
    this.tidy(removeScript(this.runId), 'the files of a command are left');
  }

  private tidy(script: string, problem: string): void {
    const { lastClient, log } = this.deps;
    lastClient.exec(this.computerId, script, execTimeoutSeconds).catch((error: unknown) => {
      log.warn(`${this.computerId}: ${problem}: ${describeError(error)}`);
    });
  }

  private exec(script: string, signal: AbortSignal): Promise<ExecResult> {
    return this.deps.client.exec(this.computerId, script, execTimeoutSeconds, signal);
  }

  /** Waits until the computer says whether the command was started. Afterwards it is not started any more. */
  private async isStarted(signal: AbortSignal): Promise<boolean> {
    for (let attempt = 0; attempt < maxNotStarted; attempt += 1) {
      const { state } = await this.read(0, 0, signal);
      if (state?.kind !== 'stored') return true;
      await this.deps.clock.delay(notStartedPauseMs, signal);
    }
    this.kill();
    return false;
  }

  /** Reads up to `count` chunks. A read changes nothing that it could not find again, so it is repeated after a failure. */
  private async read(count: number, rounds: number, signal: AbortSignal): Promise<RunAnswer> {
    const { position } = this;
    const script = readScript(this.runId, { ...position, count, rounds });
    for (let failures = 0; ; failures += 1) {
      const answer = await this.tryRead(script, count, signal);
      if (!(answer instanceof ApiError)) {
        this.position = { first: position.next, next: position.next + answer.chunks.length };
        return answer;
      }
      if (failures >= maxFailures) throw new ApiError('interrupted', { cause: answer });
      await this.deps.clock.delay(Math.max(pauseAfter(failures), answer.retryAfter ?? 0), signal);
    }
  }

  /** @returns the answer, or the error of a service that may answer later */
  private async tryRead(script: string, count: number, signal: AbortSignal): Promise<RunAnswer | ApiError> {
    try {
      const answer = parseRunAnswer((await this.exec(script, signal)).stdout, this.position.next);
      // Fewer chunks may fit the answer.
      const isUsable = answer.state !== undefined || answer.chunks.length > 0 || count > 1;
      return isUsable ? answer : new ApiError('malformed');
    } catch (error) {
      if (isApiError(error, ...ambiguousKinds, 'rateLimit')) return error;
      throw error;
    }
  }
}

function pauseAfter(failures: number): number {
  const { firstMs, factor, maxMs } = failurePause;
  return Math.min(maxMs, firstMs * factor ** failures);
}

/** @throws Error with the computer's message, where a script has not come to its end */
function requireLine({ stdout, stderr }: ExecResult, line: string): void {
  if (stdout.split(/\r?\n/).includes(line)) return;
  const reason = truncate(stderr, 200) || t('no message');
  throw new Error(t('The command could not be started on the computer: {0}', reason));
}

/** @throws Error where the command can no longer be followed */
function assertNotLost({ kind }: RunState): void {
  if (kind === 'lost')
    throw new Error(t('The command was killed on the computer. Its exit code is not known.'));
  if (kind === 'gone')
    throw new Error(
      t('The files of the command are gone from the computer, so its output and exit code are not known.'),
    );
}
