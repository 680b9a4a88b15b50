import { t } from '@vscode/l10n';
import { isCancellation } from '../../base/abort';
import type { Clock } from '../../base/clock';
import type { Size } from '../../shell/shellSession';
import type { DrawAcks } from '../../terminal/drawAcks';
import { OutputFlowControl } from '../../terminal/outputFlowControl';
import { toCrlf } from '../../terminal/terminalMessages';
import { Typeahead } from '../../terminal/typeahead';
import type { Command } from './command';
import type { CommandExecution, ExecutionEnd } from './commandExecution';
import type { RunOutcome } from './runOutcome';
import type { RunTarget } from './runTarget';

/** Milliseconds from an interrupt until the command is killed. */
const interruptTimeoutMs = 2_000;
/** Milliseconds from a kill until the end is no longer waited for. */
const killTimeoutMs = 5_000;

/** A shell reports a command that a signal ended by 128 plus the signal's number. */
const signalExitCodeBase = 128;

/** The terminal tab that shows a run. */
export interface RunView {
  readonly size: () => Size;
  /** Acknowledgements of what was written. */
  readonly acks: DrawAcks;
  /** Shows output of the command. */
  write(text: string): void;
  /** Prints a line about the progress. */
  report(text: string): void;
  /** Shows the phase in a word or two; undefined: the command runs. */
  setPhase(phase: string | undefined): void;
  /** Shows the outcome. Reports of the clean-up may follow. */
  showOutcome(outcome: RunOutcome): void;
}

export interface RunOptions {
  readonly command: Command;
  /** The user asked for a start, so a computer in status error is started too. */
  readonly startFromError: boolean;
}

/**
 * One run: a command that the user asked for, from the request to its outcome. Its execution is the command on the computer;
 * the outcome is what the user sees of the end.
 */
export class CommandRun {
  /** Aborts the start of the execution. */
  private readonly startController = new AbortController();
  /** Aborts the timers of {@link after} once the run has its outcome. */
  private readonly timersController = new AbortController();
  private execution: CommandExecution | undefined;
  private startedAt: number | undefined;
  private cancelled = false;
  private readonly typeahead = new Typeahead();
  private output: OutputFlowControl | undefined;
  private settleEnd: (end: ExecutionEnd) => void = () => undefined;

  /** Settles when the command has ended and its target is cleaned up. Never rejects. */
  readonly outcome: Promise<RunOutcome>;

  constructor(
    private readonly target: RunTarget,
    options: RunOptions,
    private readonly view: RunView,
    private readonly clock: Clock,
  ) {
    this.outcome = this.run(options);
  }

  /** Sends typed text. Input before the command begins is buffered. */
  write(text: string): void {
    if (this.execution) this.execution.write(text);
    else this.typeahead.push(text);
  }

  resize(size: Size): void {
    this.execution?.resize(size);
  }

  /** Interrupts the command, and kills it when that is not enough. The second call kills at once. */
  cancel(): void {
    const wasCancelled = this.cancelled;
    this.cancelled = true;
    if (!this.execution || wasCancelled) {
      this.kill();
      return;
    }
    this.execution.interrupt();
    this.output?.interrupt();
    this.after(interruptTimeoutMs, () => this.kill());
  }

  /** Kills the command, with all that it started. */
  kill(): void {
    this.cancelled = true;
    this.startController.abort();
    this.execution?.kill();
    this.after(killTimeoutMs, () => this.settleEnd({ kind: 'lost', cause: undefined }));
  }

  private async run(options: RunOptions): Promise<RunOutcome> {
    const outcome = await this.execute(options).catch((error: unknown) => this.failure(error));
    this.timersController.abort();
    this.view.showOutcome(outcome);
    await this.target.cleanUp((text) => this.view.report(text));
    return outcome;
  }

  private failure(error: unknown): RunOutcome {
    if (this.cancelled || isCancellation(error)) return { kind: 'cancelled', duration: this.duration };
    return { kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) };
  }

  private async execute({ command, startFromError }: RunOptions): Promise<RunOutcome> {
    const { view, startController } = this;
    const report = (text: string): void => view.report(text);
    const request = { command, size: view.size, report };
    const progress = { report, phase: (phase: string) => view.setPhase(phase) };
    const execution = await this.target.start(request, {
      signal: startController.signal,
      progress,
      startFromError,
    });
    this.execution = execution;
    this.startedAt = this.clock.now();
    view.setPhase(undefined);
    if (this.cancelled) execution.kill();
    else this.typeahead.flush((text) => execution.write(text));
    return this.outcomeOf(await this.endOf(execution));
  }

  private endOf(execution: CommandExecution): Promise<ExecutionEnd> {
    const { view, clock } = this;
    // A command without a pseudoterminal ends lines with LF only.
    const output = new OutputFlowControl(execution, (text) => view.write(toCrlf(text)), view.acks, clock);
    this.output = output;
    return new Promise((resolve) => {
      this.settleEnd = resolve;
      execution.onEnd((end) => output.end(() => resolve(end)));
      execution.onData((bytes) => output.push(bytes));
    });
  }

  private async outcomeOf(end: ExecutionEnd): Promise<RunOutcome> {
    const duration = this.duration ?? 0;
    if (this.cancelled) return { kind: 'cancelled', duration };
    const loss = mayBeComputerLoss(end) ? await this.target.explainComputerLoss() : undefined;
    if (loss) return { kind: 'failed', error: loss };
    if (end.kind === 'lost') return { kind: 'failed', error: end.cause ?? connectionLost() };
    return { ...end, timedOut: end.timedOut ?? false, duration: end.duration ?? duration };
  }

  private get duration(): number | undefined {
    return this.startedAt === undefined ? undefined : this.clock.now() - this.startedAt;
  }

  private after(ms: number, work: () => void): void {
    this.clock.delay(ms, this.timersController.signal).then(work, () => undefined);
  }
}

/** A computer that goes down ends its commands by a signal, too. */
function mayBeComputerLoss(end: ExecutionEnd): boolean {
  return end.kind === 'lost' || end.signal !== undefined || (end.code ?? 0) > signalExitCodeBase;
}

function connectionLost(): Error {
  return new Error(t('The connection was lost before the command ended. It may still be running.'));
}
