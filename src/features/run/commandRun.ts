import { t } from '@vscode/l10n';
import type { Size } from '../../shell/session';
import { isCancellation } from '../../base/abort';
import type { Clock } from '../../base/clock';
import type { CommandExecution, ExecutionEnd } from './commandExecution';
import { Flow } from './flow';
import type { RunTarget } from './runTarget';
import type { Command } from './commandScript';

/** Milliseconds. */
const patience = {
  /** A command that is asked to end may take so long. */
  interrupt: 2_000,
  /** The end of one that was killed is waited for so long. */
  kill: 5_000,
};

/** Characters typed before the command has begun that are kept for it. */
const maxTypeahead = 64 * 1024;

/** How a run ended; durations in milliseconds, from when the command began. */
export type RunOutcome =
  | {
      readonly kind: 'exited';
      readonly code: number | undefined;
      readonly signal: string | undefined;
      readonly timedOut: boolean;
      readonly duration: number;
    }
  | { readonly kind: 'cancelled'; readonly duration: number | undefined }
  | { readonly kind: 'failed'; readonly error: Error };

/** Where a run shows. */
export interface RunView {
  readonly size: () => Size;
  /** Output of the command. */
  draw(text: string): void;
  /** What is going on, in a line. */
  say(line: string): void;
  /** What is going on, in a word or two; undefined: the command runs. */
  phase(words: string | undefined): void;
  /** How it ended; what is tidied up behind it follows. */
  end(outcome: RunOutcome): void;
}

export interface RunOptions {
  readonly command: Command;
  /** A person asked for a start, so a computer in status error is started too. */
  readonly evenFromError: boolean;
}

/** One command from the wish to run it to its end. */
export class CommandRun {
  private readonly abort = new AbortController();
  private readonly finished = new AbortController();
  private execution: CommandExecution | undefined;
  private startedAt: number | undefined;
  private cancelled = false;
  private typeahead = '';
  private settleEnd: (end: ExecutionEnd) => void = () => undefined;

  /** Settles when the command has ended and its place is tidy. Never rejects. */
  readonly outcome: Promise<RunOutcome>;

  constructor(
    private readonly target: RunTarget,
    wish: RunOptions,
    private readonly view: RunView,
    private readonly clock: Clock,
  ) {
    this.outcome = this.perform(wish);
  }

  /** Types. What comes before the command has begun is kept for it. */
  write(text: string): void {
    if (this.execution) this.execution.write(text);
    else this.typeahead = (this.typeahead + text).slice(0, maxTypeahead);
  }

  resize(size: Size): void {
    this.execution?.resize(size);
  }

  /** Asks the command to end, and ends it when it does not. The second time it is ended at once. */
  cancel(): void {
    const isAgain = this.cancelled;
    this.cancelled = true;
    if (!this.execution || isAgain) {
      this.kill();
      return;
    }
    this.execution.interrupt();
    this.after(patience.interrupt, () => this.kill());
  }

  /** Ends the command at once, with all that it started. */
  kill(): void {
    this.cancelled = true;
    this.abort.abort();
    this.execution?.kill();
    this.after(patience.kill, () => this.settleEnd({ kind: 'lost', cause: undefined }));
  }

  private async perform(wish: RunOptions): Promise<RunOutcome> {
    const outcome = await this.start(wish).catch((error: unknown) => this.failure(error));
    this.finished.abort();
    this.view.end(outcome);
    await this.target.cleanUp((line) => this.view.say(line));
    return outcome;
  }

  private failure(error: unknown): RunOutcome {
    if (this.cancelled || isCancellation(error)) return { kind: 'cancelled', duration: this.duration };
    return { kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) };
  }

  private async start({ command, evenFromError }: RunOptions): Promise<RunOutcome> {
    const { view, abort } = this;
    const request = { command, size: view.size, say: (line: string) => view.say(line) };
    const progress = {
      say: (line: string) => view.say(line),
      phase: (words: string) => view.phase(words),
    };
    const execution = await this.target.start(request, { signal: abort.signal, progress, evenFromError });
    this.execution = execution;
    this.startedAt = this.clock.now();
    view.phase(undefined);
    if (this.cancelled) execution.kill();
    else if (this.typeahead) execution.write(this.typeahead);
    return this.outcomeOf(await this.ended(execution));
  }

  private ended(execution: CommandExecution): Promise<ExecutionEnd> {
    const flow = new Flow(execution, (text) => this.view.draw(text), this.clock);
    return new Promise((resolve) => {
      this.settleEnd = resolve;
      execution.onEnd((end) => {
        flow.end();
        resolve(end);
      });
      execution.onData((bytes) => flow.push(bytes));
    });
  }

  private async outcomeOf(end: ExecutionEnd): Promise<RunOutcome> {
    const duration = this.duration ?? 0;
    if (this.cancelled) return { kind: 'cancelled', duration };
    // A computer that goes down ends its commands by a signal, too; as a code, that is above 128.
    const isStrange = end.kind === 'lost' || end.signal !== undefined || (end.code ?? 0) > 128;
    const fate = isStrange ? await this.target.explainLoss() : undefined;
    if (fate) return { kind: 'failed', error: fate };
    if (end.kind === 'lost') return { kind: 'failed', error: end.cause ?? lost() };
    return { ...end, timedOut: end.timedOut ?? false, duration: end.duration ?? duration };
  }

  private get duration(): number | undefined {
    return this.startedAt === undefined ? undefined : this.clock.now() - this.startedAt;
  }

  private after(ms: number, work: () => void): void {
    this.clock.delay(ms, this.finished.signal).then(work, () => undefined);
  }
}

/** The exit code that a shell would tell for it. */
export function exitCodeOf(outcome: RunOutcome): number {
  switch (outcome.kind) {
    case 'exited':
      return outcome.timedOut ? 124 : (outcome.code ?? 128);
    case 'cancelled':
      return 130;
    case 'failed':
      return 1;
  }
}

function lost(): Error {
  return new Error(t('The connection was lost before the command ended. It may still be running there.'));
}
