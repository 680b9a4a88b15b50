import * as vscode from 'vscode';
import { isCancellation } from '../base/abort';
import type { Clock } from '../base/clock';
import { messageOf } from '../base/errors';
import { describeError, type Log } from '../base/log';
import { LifecycleError } from '../computers/errors';
import type { ComputerConnector } from '../connect/computerConnector';
import type { Progress } from '../connect/progressReporter';
import type { Reconnection } from '../connect/reconnection';
import {
  isSameSize,
  type Session,
  type SessionEnd,
  type SessionMemory,
  type SessionRequest,
  type ShellFacts,
  type ShellOptions,
  type Size,
} from '../shell/shellSession';
import { BasePseudoterminal } from './basePseudoterminal';
import { connectionLostMessage, nextStepMessage } from './connectionLostMessage';
import { ctrlC, ctrlD, includesEnter } from './keys';
import { OutputFlowControl } from './outputFlowControl';
import { SizeQuery } from './sizeQuery';
import { Typeahead } from './typeahead';

/** Milliseconds until a program has surely noticed a new size. */
const resizeSettleMs = 100;
/** Milliseconds after which a connection counts as stable; one that is lost earlier lengthens the back-off. */
const stableAfterMs = 10_000;

export interface ComputerTerminalDeps {
  readonly connector: Pick<ComputerConnector, 'open'>;
  /** Makes the reconnection after one lost connection. */
  readonly reconnection: () => Pick<Reconnection, 'run' | 'retryNow'>;
  /** Reads the status; false also where it cannot be read. */
  readonly isRunning: (computerId: string) => Promise<boolean>;
  readonly clock: Clock;
  readonly log: Log;
  /** Called with a failure that the terminal has already printed. */
  readonly onFailure: (error: unknown) => void;
}

export interface ComputerTerminalOptions {
  readonly computer: { readonly id: string; readonly name: string };
  readonly shell: ShellOptions;
  readonly memory: SessionMemory;
  /** Restored after a reload of the window: it connects when it is first shown, and reattaches to its shell. */
  readonly restored?: boolean;
}

type State =
  /** Waits to be shown. */
  | { readonly kind: 'new' }
  | { readonly kind: 'opening'; readonly cancel: AbortController }
  | {
      readonly kind: 'open';
      readonly session: Session;
      readonly output: OutputFlowControl;
      readonly since: number;
    }
  | { readonly kind: 'reconnecting'; readonly cancel: AbortController; readonly retryNow: () => void }
  /** Failed or cancelled; Enter tries again. */
  | { readonly kind: 'disconnected'; readonly startsFromError: boolean }
  | { readonly kind: 'closed' };

export type TerminalState = State['kind'];

/**
 * The terminal of one computer. Reports progress while it connects, passes input and size to the shell, draws the output,
 * and reconnects after a lost connection. Input before the shell is ready is kept as typeahead; input while reconnecting is
 * dropped, since its effect could not be seen.
 */
export class ComputerTerminal extends BasePseudoterminal {
  private readonly states = new vscode.EventEmitter<TerminalState>();
  private readonly sizeQuery = new SizeQuery();
  private readonly typeahead = new Typeahead();
  private current: State = { kind: 'new' };
  /** The size that the session knows. */
  private sessionSize = this.size;
  private resolveSize: () => void = () => undefined;
  private readonly sizeAvailable = new Promise<void>((resolve) => (this.resolveSize = resolve));
  /** Connections lost in a row, each before it was stable. */
  private rapidDisconnects = 0;
  private connectsOnOpen: boolean;

  readonly onDidChangeState = this.states.event;

  constructor(
    readonly options: ComputerTerminalOptions,
    private readonly deps: ComputerTerminalDeps,
  ) {
    super(deps.clock);
    this.connectsOnOpen = options.restored !== true;
  }

  get state(): TerminalState {
    return this.current.kind;
  }

  /** The name of its shell on the computer. */
  get shellName(): string {
    return this.options.shell.name;
  }

  /** The size, once VS Code has reported it. */
  get dimensions(): Size | undefined {
    return this.isOpen ? this.size : undefined;
  }

  /**
   * Connects before VS Code opens the tab, which takes longer than connecting does.
   * @param expected the size that the tab will probably have; without it the shell waits for the real one
   */
  start(expected: Size | undefined): void {
    if (expected) this.resize(expected);
    if (this.current.kind === 'new') this.connect(false);
  }

  /** Connects again where it is disconnected: the user came back to it. */
  retry(): void {
    if (this.current.kind === 'disconnected') this.connect(false);
    else this.connectWhenShown();
  }

  /** Connects where it waits to be shown. VS Code may show a terminal before it opens it. */
  connectWhenShown(): void {
    this.connectsOnOpen = true;
    if (this.isOpen && this.current.kind === 'new') this.connect(false);
  }

  /** Probes the connection, or retries at once: the machine woke up, or the computer has changed. */
  checkConnection(): void {
    if (this.current.kind === 'open') this.current.session.probe();
    if (this.current.kind === 'reconnecting') this.current.retryNow();
  }

  protected onOpen(): void {
    if (this.current.kind !== 'new') return;
    if (this.connectsOnOpen) this.connect(false);
    else this.messages.info(vscode.l10n.t('Connects when shown.'));
  }

  protected onClose(): void {
    const state = this.current;
    this.enter({ kind: 'closed' });
    this.resolveSize();
    if (state.kind === 'opening' || state.kind === 'reconnecting') state.cancel.abort();
    if (state.kind === 'open') state.session.close();
  }

  protected onInput(input: string): void {
    const text = this.sizeQuery.consume(input, (size) => this.resize(size));
    if (text === '') return;
    const state = this.current;
    switch (state.kind) {
      case 'open':
        state.session.write(text);
        if (text.includes(ctrlC)) state.output.interrupt();
        return;
      case 'opening':
        if (text.includes(ctrlC)) state.cancel.abort();
        else this.typeahead.push(text);
        return;
      case 'reconnecting':
        if (text.includes(ctrlC)) state.cancel.abort();
        else if (includesEnter(text)) state.retryNow();
        return;
      case 'disconnected':
        if (includesEnter(text)) this.connect(state.startsFromError);
        else if (text.includes(ctrlC) || text.includes(ctrlD)) this.finish(undefined);
        return;
      case 'new':
        this.connectWhenShown();
        return;
      case 'closed':
        return;
    }
  }

  protected override resize(size: Size): void {
    super.resize(size);
    this.resolveSize();
    if (this.current.kind === 'open') this.resizeSession(this.current.session);
  }

  private resizeSession(session: Session): void {
    if (isSameSize(this.size, this.sessionSize)) return;
    this.sessionSize = this.size;
    session.resize(this.size);
  }

  private connect(startFromError: boolean): void {
    const cancel = new AbortController();
    const { signal } = cancel;
    this.enter({ kind: 'opening', cancel });
    this.typeahead.clear();
    this.rapidDisconnects = 0;
    const { request, progress } = this;
    const options = { signal, startFromError, progress };
    const session = this.deps.connector.open(this.options.computer.id, request, options);
    this.attach(session, signal, this.options.restored === true);
  }

  private reconnect(): void {
    const cancel = new AbortController();
    const { signal } = cancel;
    const reconnection = this.deps.reconnection();
    this.enter({ kind: 'reconnecting', cancel, retryNow: () => reconnection.retryNow() });
    this.typeahead.clear();
    const { request, progress, rapidDisconnects } = this;
    const { computer } = this.options;
    this.attach(reconnection.run(computer, request, progress, signal, rapidDisconnects), signal, true);
  }

  private attach(opening: Promise<Session>, signal: AbortSignal, isReturn: boolean): void {
    this.runSession(opening, signal, isReturn).catch((error: unknown) => this.onFailure(error, signal));
  }

  /** @param isReturn the terminal had a shell before */
  private async runSession(opening: Promise<Session>, signal: AbortSignal, isReturn: boolean): Promise<void> {
    const session = await opening;
    if (signal.aborted) session.close();
    signal.throwIfAborted();
    const { clock } = this.deps;
    const output = new OutputFlowControl(session, (text) => this.draw(text), this.acks, clock);
    this.enter({ kind: 'open', session, output, since: clock.now() });
    this.setTitle(this.options.computer.name);
    const early = buffered((bytes) => output.push(bytes));
    session.onData(early.push);
    let hasEnded = false as boolean;
    session.onEnd((end) => {
      hasEnded = true;
      void session.shell.then(() => output.end(() => void this.onEnd(end, session)));
    });
    this.resizeSession(session);
    this.typeahead.flush((text) => session.write(text));
    const facts = await session.shell;
    // A session that ended before its start marker does not tell which shell it was.
    if (!hasEnded) this.announce(facts, isReturn, session);
    // VS Code opens a restored terminal in the background, with a size that it does not correct when it shows it.
    if (this.options.restored) this.draw(this.sizeQuery.request());
    early.release();
  }

  /** Says whether the terminal has its previous shell again, and prepares the screen for it. */
  private announce({ resumed, persistedBy }: ShellFacts, isReturn: boolean, session: Session): void {
    if (isReturn && !resumed) {
      this.messages.info(
        vscode.l10n.t('Reconnected. This is a new shell, because the previous one has ended.'),
      );
    } else if (resumed) {
      this.messages.info(vscode.l10n.t('Reconnected.'));
      if (persistedBy === 'gateway') void this.redraw(session);
      else this.messages.scrollScreenAway(this.size.rows);
    }
    if (this.options.shell.persistence === 'tmux' && persistedBy !== 'tmux' && !isReturn)
      this.messages.info(
        vscode.l10n.t('tmux is not installed on this computer, so this shell ends with its connection.'),
      );
  }

  /** Makes programs redraw the screen, and shells their prompt, by changing the size for a moment. */
  private async redraw(session: Session): Promise<void> {
    session.resize({ ...this.size, rows: this.size.rows + 1 });
    await this.deps.clock.delay(resizeSettleMs);
    session.resize(this.size);
  }

  private async onEnd(end: SessionEnd, session: Session): Promise<void> {
    const state = this.current;
    if (state.kind !== 'open' || state.session !== session) return;
    const { id, name } = this.options.computer;
    if (end.kind === 'exited') {
      // A computer that goes down ends its shells by a signal, too.
      const wentDown = end.signal !== undefined && !(await this.deps.isRunning(id));
      if (this.current !== state) return;
      if (!wentDown) {
        this.finish(end.code);
        return;
      }
    }
    const isRapid = this.deps.clock.now() - state.since < stableAfterMs;
    this.rapidDisconnects = isRapid ? this.rapidDisconnects + 1 : 0;
    this.messages.startBelow();
    this.messages.warn(connectionLostMessage(end, name));
    this.reconnect();
  }

  private onFailure(error: unknown, signal: AbortSignal): void {
    if (this.current.kind === 'closed') return;
    const wasLost = this.current.kind === 'reconnecting';
    const problem = error instanceof LifecycleError ? error.problem : undefined;
    this.enter({ kind: 'disconnected', startsFromError: problem === 'needsStart' });
    this.setTitle(vscode.l10n.t('{0} (not connected)', this.options.computer.name));
    if (signal.aborted || isCancellation(error)) {
      this.messages.info(vscode.l10n.t('Cancelled. Press Enter to try again, Ctrl+C to close.'));
      return;
    }
    this.deps.log.warn(`${this.options.computer.id}: no terminal: ${describeError(error)}`);
    this.messages.warn(messageOf(error));
    this.messages.info(nextStepMessage(problem));
    // The end of a computer under an open terminal is told in the terminal alone.
    if (!wasLost || problem === undefined) this.deps.onFailure(error);
  }

  private get request(): SessionRequest {
    const { shell, memory } = this.options;
    const size = async (): Promise<Size> => {
      await this.sizeAvailable;
      return (this.sessionSize = this.size);
    };
    return { size, env: environment(), shell, memory };
  }

  private get progress(): Progress {
    return {
      report: (message) => this.messages.info(message),
      phase: (label) => this.setTitle(`${this.options.computer.name} (${label})`),
    };
  }

  private enter(state: State): void {
    this.current = state;
    this.states.fire(state.kind);
  }

  private finish(code: number | undefined): void {
    this.enter({ kind: 'closed' });
    this.end(code);
  }
}

/** Buffers bytes until they are released, then passes them through. */
function buffered(pass: (bytes: Uint8Array) => void): {
  push: (bytes: Uint8Array) => void;
  release: () => void;
} {
  let buffer: Uint8Array[] | undefined = [];
  return {
    push: (bytes) => {
      if (buffer) buffer.push(bytes);
      else pass(bytes);
    },
    release: () => {
      const all = buffer ?? [];
      buffer = undefined;
      for (const bytes of all) pass(bytes);
    },
  };
}

/** Environment variables that describe this terminal. A server accepts those of its AcceptEnv (sshd_config(5)). */
function environment(): Record<string, string> {
  const { LANG } = process.env;
  return { COLORTERM: 'truecolor', LANG: LANG && /utf-?8/i.test(LANG) ? LANG : 'C.UTF-8' };
}
