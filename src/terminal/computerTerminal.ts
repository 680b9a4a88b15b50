import * as vscode from 'vscode';
import { LifecycleError } from '../computers/errors';
import { SshError } from '../ssh/errors';
import { isCancellation } from '../base/abort';
import type { Clock } from '../base/clock';
import { describeError, type Log } from '../base/log';
import { escapeIcons } from '../base/text';
import type { ComputerConnector } from '../connect/computerConnector';
import type { Progress } from '../connect/progressReporter';
import { OutputFlowControl } from './outputFlowControl';
import { DrawAcks } from './drawAcks';
import type { Reconnection } from '../connect/reconnection';
import {
  isSameSize,
  type SessionEnd,
  type Session,
  type SessionMemory,
  type SessionRequest,
  type ShellFacts,
  type ShellOptions,
  type Size,
} from '../shell/session';
import { SizeQuery } from './sizeQuery';
import { StatusMessages } from './statusMessages';

const ctrlC = '\x03';
const ctrlD = '\x04';
/** Characters typed before the shell is there that are kept for it. */
const maxTypeahead = 64 * 1024;
/** Milliseconds after which VS Code has surely given the tab its first name, and takes another. */
const initialTitleDelayMs = 1_000;
/** Milliseconds after which a program has surely resizeSettleMs a new size. */
const resizeSettleMs = 100;
/** Milliseconds a session lasts at least, unless something is wrong with it. */
const stableAfterMs = 10_000;

export interface ComputerTerminalDeps {
  readonly connector: Pick<ComputerConnector, 'open'>;
  /** A new way back, for each link that is lost. */
  readonly reconnection: () => Pick<Reconnection, 'run' | 'retryNow'>;
  /** Whether the computer runs, as far as one can hear just now. */
  readonly isRunning: (computerId: string) => Promise<boolean>;
  readonly clock: Clock;
  readonly log: Log;
  /** Told of a failure that the terminal has shown in its own messages. */
  readonly onFailure: (error: unknown) => void;
}

/** What one terminal is. */
export interface ComputerTerminalOptions {
  readonly computer: { readonly id: string; readonly name: string };
  readonly shell: ShellOptions;
  readonly memory: SessionMemory;
  /** It was open before the window was loaded: it connects when it is first shown, and goes back to its shell. */
  readonly restored?: boolean;
}

/** What the terminal is doing. */
type State =
  /** Nothing yet: it was not shown. */
  | { readonly kind: 'new' }
  | { readonly kind: 'opening'; readonly cancel: AbortController }
  | {
      readonly kind: 'open';
      readonly session: Session;
      readonly output: OutputFlowControl;
      readonly since: number;
    }
  | { readonly kind: 'reconnecting'; readonly cancel: AbortController; readonly retryNow: () => void }
  /** It ended or failed; Enter tries (again). */
  | { readonly kind: 'disconnected'; readonly startsFromError: boolean }
  | { readonly kind: 'closed' };

export type TerminalState = State['kind'];

/**
 * The terminal of one computer: tells each step while it opens, hands typed text and sizes to the shell, draws its
 * output, and finds the way back when the link is lost. What is typed before the shell is there is kept for it; what is
 * typed while the link is lost is not, since nobody sees what it would do.
 */
export class ComputerTerminal implements vscode.Pseudoterminal {
  private readonly writes = new vscode.EventEmitter<string>();
  private readonly closes: vscode.EventEmitter<number | undefined> = new vscode.EventEmitter();
  private readonly names = new vscode.EventEmitter<string>();
  private readonly states = new vscode.EventEmitter<TerminalState>();
  private readonly messages = new StatusMessages((text) => this.draw(text));
  private readonly drawAcks = new DrawAcks();
  private readonly sizeQuery = new SizeQuery();
  private current: State = { kind: 'new' };
  private size: Size = { rows: 24, columns: 80 };
  /** What its session was last told. */
  private toldSize = this.size;
  private tellSizeKnown: () => void = () => undefined;
  private readonly sizeKnown = new Promise<void>((resolve) => (this.tellSizeKnown = resolve));
  /** What VS Code would not hear before it opens the terminal. */
  private drawnEarly = '';
  private endedEarly: { readonly code: number | undefined } | undefined;
  private typeahead = '';
  private tabName: string | undefined;
  /** Links that were lost one after the other, each soon after it stood. */
  private rapidDisconnects = 0;
  private isOpen = false;
  private isWanted: boolean;

  readonly onDidWrite = this.writes.event;
  readonly onDidClose: vscode.Pseudoterminal['onDidClose'];
  readonly onDidChangeName = this.names.event;
  /** Fires when it begins to do something else. */
  readonly onDidChangeState = this.states.event;

  constructor(
    readonly options: ComputerTerminalOptions,
    private readonly deps: ComputerTerminalDeps,
  ) {
    this.isWanted = options.restored !== true;
    this.onDidClose = this.closes.event as vscode.Pseudoterminal['onDidClose'];
  }

  /** The name of its shell on the computer. */
  get shellName(): string {
    return this.options.shell.name;
  }

  get state(): TerminalState {
    return this.current.kind;
  }

  /** Its size, once VS Code has told it. */
  get dimensions(): Size | undefined {
    return this.isOpen ? this.size : undefined;
  }

  /**
   * Begins before VS Code opens it, which takes longer than a connection.
   * @param likely the size that it will have; without one the shell waits until the size is known
   */
  start(likely: Size | undefined): void {
    if (likely) this.knowSize(likely);
    if (this.current.kind === 'new') this.begin(false);
  }

  open(dimensions: vscode.TerminalDimensions | undefined): void {
    this.isOpen = true;
    this.knowSize(dimensions ?? this.size);
    if (this.drawnEarly) this.draw(this.drawnEarly);
    this.drawnEarly = '';
    if (this.endedEarly) this.closes.fire(this.endedEarly.code);
    if (this.current.kind === 'new') this.beginOrWait();
    void this.deps.clock.delay(initialTitleDelayMs).then(() => this.repeatName());
  }

  /** Tries again where it rests after a failure; the person came back to it. */
  retry(): void {
    if (this.current.kind === 'disconnected') this.begin(false);
    else this.connectWhenShown();
  }

  /** Begins, where it waits for somebody to come. */
  connectWhenShown(): void {
    // VS Code may show a terminal before it opens it.
    this.isWanted = true;
    if (this.isOpen && this.current.kind === 'new') this.begin(false);
  }

  /** Something happened that may concern the link: the machine woke up, the computer changed. */
  checkConnection(): void {
    if (this.current.kind === 'open') this.current.session.probe();
    if (this.current.kind === 'reconnecting') this.current.retryNow();
  }

  close(): void {
    const state = this.current;
    if (state.kind === 'closed') return;
    this.enter({ kind: 'closed' });
    this.tellSizeKnown();
    if (state.kind === 'opening' || state.kind === 'reconnecting') state.cancel.abort();
    if (state.kind === 'open') state.session.close();
  }

  setDimensions(dimensions: vscode.TerminalDimensions): void {
    this.knowSize(dimensions);
  }

  handleInput(input: string): void {
    const data = this.sizeQuery.consume(this.drawAcks.consume(input), (size) => this.knowSize(size));
    if (data === '') return;
    const state = this.current;
    switch (state.kind) {
      case 'open':
        state.session.write(data);
        if (data.includes(ctrlC)) state.output.interrupt();
        return;
      case 'opening':
        if (data.includes(ctrlC)) state.cancel.abort();
        else this.typeahead = (this.typeahead + data).slice(0, maxTypeahead);
        return;
      case 'reconnecting':
        if (data.includes(ctrlC)) state.cancel.abort();
        else if (/[\r\n]/.test(data)) state.retryNow();
        return;
      case 'disconnected':
        this.answer(data, state.startsFromError);
        return;
      case 'new':
        this.connectWhenShown();
        return;
      case 'closed':
        return;
    }
  }

  private knowSize({ rows, columns }: Size): void {
    this.size = { rows, columns };
    this.tellSizeKnown();
    if (this.current.kind === 'open') this.tellSize(this.current.session);
  }

  private tellSize(session: Session): void {
    if (isSameSize(this.size, this.toldSize)) return;
    this.toldSize = this.size;
    session.resize(this.size);
  }

  private draw(text: string): void {
    if (this.isOpen) this.writes.fire(text);
    else this.drawnEarly += text;
  }

  private beginOrWait(): void {
    if (this.isWanted) this.begin(false);
    else this.messages.info(vscode.l10n.t('Connects when you come to it.'));
  }

  /** In a terminal that rests, Enter goes on and Ctrl+C or Ctrl+D closes the tab. */
  private answer(data: string, startsFromError: boolean): void {
    if (/[\r\n]/.test(data)) this.begin(startsFromError);
    else if (data.includes(ctrlC) || data.includes(ctrlD)) this.end(undefined);
  }

  private begin(evenFromError: boolean): void {
    const cancel = new AbortController();
    const { signal } = cancel;
    this.enter({ kind: 'opening', cancel });
    this.typeahead = '';
    this.rapidDisconnects = 0;
    const { connector } = this.deps;
    this.becomeOpen(
      connector.open(this.options.computer.id, this.request, {
        signal,
        evenFromError,
        progress: this.progress,
      }),
      signal,
      this.options.restored === true,
    );
  }

  private reconnect(): void {
    const cancel = new AbortController();
    const reconnection = this.deps.reconnection();
    this.enter({ kind: 'reconnecting', cancel, retryNow: () => reconnection.retryNow() });
    this.typeahead = '';
    const { computer } = this.options;
    const { signal } = cancel;
    this.becomeOpen(
      reconnection.run(computer, this.request, this.progress, signal, this.rapidDisconnects),
      signal,
      true,
    );
  }

  private becomeOpen(opening: Promise<Session>, signal: AbortSignal, goesBack: boolean): void {
    this.attach(opening, signal, goesBack).catch((error: unknown) => this.onFailure(error, signal));
  }

  private async attach(opening: Promise<Session>, signal: AbortSignal, goesBack: boolean): Promise<void> {
    const session = await opening;
    if (signal.aborted) session.close();
    signal.throwIfAborted();
    const { clock } = this.deps;
    const output = new OutputFlowControl(session, (text) => this.draw(text), this.drawAcks, clock);
    this.enter({ kind: 'open', session, output, since: clock.now() });
    this.rename(this.options.computer.name);
    const early = buffered((bytes) => output.push(bytes));
    session.onData(early.push);
    let isOver = false as boolean;
    session.onEnd((ending) => {
      isOver = true;
      void session.shell.then(() => output.end(() => void this.onEnd(ending, session)));
    });
    this.tellSize(session);
    if (this.typeahead) session.write(this.typeahead);
    this.typeahead = '';
    const facts = await session.shell;
    // One that ended before it said what it is may have been the old shell, or another.
    if (!isOver) this.announce(facts, goesBack, session);
    // VS Code opens it in the background, with a size that it does not correct when it shows it.
    if (this.options.restored) this.draw(this.sizeQuery.request());
    early.release();
  }

  /** Who comes back is told to what: the same shell, or another. */
  private announce({ resumed, persistedBy }: ShellFacts, goesBack: boolean, session: Session): void {
    if (goesBack && !resumed) {
      this.messages.info(vscode.l10n.t('Connected again. This is a new shell: the old one is gone.'));
    } else if (resumed) {
      this.messages.info(vscode.l10n.t('Connected again.'));
      if (persistedBy === 'gateway') void this.redraw(session);
      else this.messages.scrollScreenAway(this.size.rows);
    }
    if (this.options.shell.persistence === 'tmux' && persistedBy !== 'tmux' && !goesBack)
      this.messages.info(vscode.l10n.t('tmux is not there: this shell ends when the connection does.'));
  }

  /** Programs draw themselves anew when the size changes; shells, their prompt. */
  private async redraw(session: Session): Promise<void> {
    session.resize({ ...this.size, rows: this.size.rows + 1 });
    await this.deps.clock.delay(resizeSettleMs);
    session.resize(this.size);
  }

  private async onEnd(ending: SessionEnd, session: Session): Promise<void> {
    const state = this.current;
    if (state.kind !== 'open' || state.session !== session) return;
    const { computer } = this.options;
    if (ending.kind === 'exited') {
      // A computer that goes down ends its shells by a signal, too.
      const wentDown = ending.signal !== undefined && !(await this.deps.isRunning(computer.id));
      if (this.current !== state) return;
      if (!wentDown) {
        this.end(ending.code);
        return;
      }
    }
    const isQuick = this.deps.clock.now() - state.since < stableAfterMs;
    this.rapidDisconnects = isQuick ? this.rapidDisconnects + 1 : 0;
    this.messages.startBelow();
    this.messages.warn(lossOf(ending, computer.name));
    this.reconnect();
  }

  private onFailure(error: unknown, signal: AbortSignal): void {
    if (this.current.kind === 'closed') return;
    const wasLost = this.current.kind === 'reconnecting';
    const problem = error instanceof LifecycleError ? error.problem : undefined;
    this.enter({ kind: 'disconnected', startsFromError: problem === 'needsStart' });
    this.rename(vscode.l10n.t('{0} (not connected)', this.options.computer.name));
    if (signal.aborted || isCancellation(error)) {
      this.messages.info(vscode.l10n.t('Cancelled. Press Enter to try again, Ctrl+C to close.'));
      return;
    }
    this.deps.log.warn(`${this.options.computer.id}: no terminal: ${describeError(error)}`);
    this.messages.warn(error instanceof Error ? error.message : String(error));
    this.messages.info(nextStep(problem));
    // A person looks at what they opened; a link that was lost is told in its terminal.
    if (!wasLost || problem === undefined) this.deps.onFailure(error);
  }

  private get request(): SessionRequest {
    const { shell, memory } = this.options;
    const size = async (): Promise<Size> => {
      await this.sizeKnown;
      return (this.toldSize = this.size);
    };
    return { size, env: environment(), shell, memory };
  }

  private get progress(): Progress {
    return {
      report: (message) => this.messages.info(message),
      phase: (label) => this.rename(`${this.options.computer.name} (${label})`),
    };
  }

  private enter(state: State): void {
    this.current = state;
    this.states.fire(state.kind);
  }

  private rename(name: string): void {
    this.tabName = escapeIcons(name);
    this.names.fire(this.tabName);
  }

  /** A name told right after `open()` is lost: VS Code names the tab only once it has asked back. */
  private repeatName(): void {
    if (this.tabName !== undefined && this.current.kind !== 'closed') this.names.fire(this.tabName);
  }

  private end(code: number | undefined): void {
    this.enter({ kind: 'closed' });
    if (this.isOpen) this.closes.fire(code);
    else this.endedEarly = { code };
  }
}

/** Keeps what comes until it is released, then passes it on. */
function buffered(pass: (bytes: Uint8Array) => void): {
  push: (bytes: Uint8Array) => void;
  release: () => void;
} {
  let held: Uint8Array[] | undefined = [];
  return {
    push: (bytes) => {
      if (held) held.push(bytes);
      else pass(bytes);
    },
    release: () => {
      const all = held ?? [];
      held = undefined;
      for (const bytes of all) pass(bytes);
    },
  };
}

function lossOf(ending: SessionEnd, name: string): string {
  const cause = ending.kind === 'lost' ? ending.cause : undefined;
  const reason = cause instanceof SshError ? cause.reason : cause?.message;
  return reason
    ? vscode.l10n.t('The connection to {0} was lost: {1}', name, reason)
    : vscode.l10n.t('The connection to {0} was lost.', name);
}

function nextStep(problem: LifecycleError['problem'] | undefined): string {
  if (problem === 'needsStart' || problem === 'stopped')
    return vscode.l10n.t('Press Enter to start it, Ctrl+C to close.');
  if (problem === 'restorable') return vscode.l10n.t('Press Enter to restore it, Ctrl+C to close.');
  if (problem === 'deleted' || problem === 'deleting') return vscode.l10n.t('Press Ctrl+C to close.');
  return vscode.l10n.t('Press Enter to try again, Ctrl+C to close.');
}

/** What the shell is told of this terminal. Servers take only the names they are set up to take. */
function environment(): Record<string, string> {
  const { LANG } = process.env;
  return { COLORTERM: 'truecolor', LANG: LANG && /utf-?8/i.test(LANG) ? LANG : 'C.UTF-8' };
}
