import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { LifecycleError } from '../model/errors';
import { isCancellation } from '../util/cancel';
import type { Clock } from '../util/clock';
import { describeError, type Log } from '../util/log';
import { withoutIcons } from '../util/text';
import type { Opening } from './opening';
import { OutputPump } from './pump';
import type { Ending, Session, SessionMemory, ShellWish, Size } from './session';

const ctrlC = '\x03';
const ctrlD = '\x04';
/** Characters typed before the shell is there that are kept for it. */
const mostTypedEarly = 64 * 1024;
/** Milliseconds after which VS Code has surely given the tab its first name, and takes another. */
const firstNameGiven = 1_000;

export interface ComputerTerminalParts {
  readonly opening: Pick<Opening, 'open'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Told of a failure that the terminal has shown in its own lines. */
  readonly onFailure: (error: unknown) => void;
}

/** What the terminal is doing. */
type State =
  | { readonly kind: 'new' }
  | { readonly kind: 'opening'; readonly cancel: AbortController }
  | { readonly kind: 'open'; readonly session: Session }
  /** It ended or failed; Enter tries (again). */
  | { readonly kind: 'resting'; readonly startsFromError: boolean }
  | { readonly kind: 'closed' };

/**
 * The terminal of one computer: tells each step while it opens, hands typed text and sizes to the shell, draws its
 * output. What is typed before the shell is there is kept for it.
 */
export class ComputerTerminal implements vscode.Pseudoterminal {
  private readonly writes = new vscode.EventEmitter<string>();
  private readonly closes: vscode.EventEmitter<number | undefined> = new vscode.EventEmitter();
  private readonly names = new vscode.EventEmitter<string>();
  private state: State = { kind: 'new' };
  private size: Size = { rows: 24, columns: 80 };
  private readonly memory: SessionMemory = {};
  private readonly shell: ShellWish = {
    persistence: 'off',
    name: randomBytes(6).toString('hex'),
    cwd: '',
    nonce: undefined,
  };
  private typedEarly = '';
  private tabName: string | undefined;

  readonly onDidWrite = this.writes.event;
  readonly onDidClose: vscode.Pseudoterminal['onDidClose'];
  readonly onDidChangeName = this.names.event;

  constructor(
    private readonly computer: { readonly id: string; readonly name: string },
    private readonly parts: ComputerTerminalParts,
  ) {
    this.onDidClose = this.closes.event as vscode.Pseudoterminal['onDidClose'];
  }

  open(dimensions: vscode.TerminalDimensions | undefined): void {
    if (dimensions) this.size = dimensions;
    this.begin(false);
    void this.parts.clock.delay(firstNameGiven).then(() => this.repeatName());
  }

  /** Tries again where it rests after a failure; the person came back to it. */
  revive(): void {
    if (this.state.kind === 'resting') this.begin(false);
  }

  close(): void {
    const { state } = this;
    this.state = { kind: 'closed' };
    if (state.kind === 'opening') state.cancel.abort();
    if (state.kind === 'open') state.session.close();
  }

  setDimensions(dimensions: vscode.TerminalDimensions): void {
    this.size = dimensions;
    if (this.state.kind === 'open') this.state.session.resize(dimensions);
  }

  handleInput(data: string): void {
    const { state } = this;
    if (state.kind === 'open') state.session.write(data);
    else if (state.kind === 'resting') this.answer(data, state.startsFromError);
    else if (state.kind === 'opening') {
      if (data.includes(ctrlC)) state.cancel.abort();
      else this.typedEarly = (this.typedEarly + data).slice(0, mostTypedEarly);
    }
  }

  /** In a terminal that rests, Enter goes on and Ctrl+C or Ctrl+D closes the tab. */
  private answer(data: string, startsFromError: boolean): void {
    if (/[\r\n]/.test(data)) this.begin(startsFromError);
    else if (data.includes(ctrlC) || data.includes(ctrlD)) this.end(undefined);
  }

  private begin(evenFromError: boolean): void {
    const cancel = new AbortController();
    this.state = { kind: 'opening', cancel };
    this.typedEarly = '';
    this.connect(evenFromError, cancel.signal).catch((error: unknown) =>
      this.onFailure(error, cancel.signal),
    );
  }

  private async connect(evenFromError: boolean, signal: AbortSignal): Promise<void> {
    const size = this.size;
    const session = await this.parts.opening.open(
      this.computer.id,
      { size: () => this.size, env: environment(), shell: this.shell, memory: this.memory },
      {
        signal,
        evenFromError,
        progress: {
          say: (line) => this.say(line),
          phase: (words) => this.rename(`${this.computer.name} (${words})`),
        },
      },
    );
    if (signal.aborted) session.close();
    signal.throwIfAborted();
    this.attach(session, size);
  }

  private attach(session: Session, announced: Size): void {
    this.state = { kind: 'open', session };
    this.rename(this.computer.name);
    const pump = new OutputPump(session, (text) => this.writes.fire(text), this.parts.clock);
    session.onData((bytes) => pump.push(bytes));
    session.onEnd((ending) => pump.end(() => this.onEnd(ending, session)));
    if (announced !== this.size) session.resize(this.size);
    if (this.typedEarly) session.write(this.typedEarly);
    this.typedEarly = '';
  }

  private onEnd(ending: Ending, session: Session): void {
    if (this.state.kind !== 'open' || this.state.session !== session) return;
    if (ending.kind === 'exited') {
      this.end(ending.code);
      return;
    }
    this.rest(false);
    this.writes.fire('\r\n');
    this.warn(vscode.l10n.t('The connection to {0} was lost.', this.computer.name));
    this.say(vscode.l10n.t('Press Enter to connect again, Ctrl+C to close.'));
  }

  private onFailure(error: unknown, signal: AbortSignal): void {
    if (this.state.kind === 'closed') return;
    const needsStart = error instanceof LifecycleError && error.problem === 'needsStart';
    this.rest(needsStart);
    if (signal.aborted || isCancellation(error)) {
      this.say(vscode.l10n.t('Cancelled. Press Enter to try again, Ctrl+C to close.'));
      return;
    }
    this.parts.log.warn(`${this.computer.id}: no terminal: ${describeError(error)}`);
    this.warn(error instanceof Error ? error.message : String(error));
    this.say(
      needsStart
        ? vscode.l10n.t('Press Enter to start it, Ctrl+C to close.')
        : vscode.l10n.t('Press Enter to try again, Ctrl+C to close.'),
    );
    this.parts.onFailure(error);
  }

  private rest(startsFromError: boolean): void {
    this.state = { kind: 'resting', startsFromError };
    this.rename(vscode.l10n.t('{0} (not connected)', this.computer.name));
  }

  private rename(name: string): void {
    this.tabName = withoutIcons(name);
    this.names.fire(this.tabName);
  }

  /** A name told right after `open()` is lost: VS Code names the tab only once it has asked back. */
  private repeatName(): void {
    if (this.tabName !== undefined && this.state.kind !== 'closed') this.names.fire(this.tabName);
  }

  private end(code: number | undefined): void {
    this.state = { kind: 'closed' };
    this.closes.fire(code);
  }

  /** A dim line of our own, so that nobody takes it for output of the computer. */
  private say(line: string): void {
    this.writes.fire(`\x1b[0m\x1b[2m${crlf(line)}\x1b[0m\r\n`);
  }

  private warn(line: string): void {
    this.writes.fire(`\x1b[0m\x1b[31m${crlf(line)}\x1b[0m\r\n`);
  }
}

function crlf(text: string): string {
  return text.replace(/\r?\n/g, '\r\n');
}

/** What the shell is told of this terminal. Servers take only the names they are set up to take. */
function environment(): Record<string, string> {
  const { LANG } = process.env;
  return { COLORTERM: 'truecolor', LANG: LANG && /utf-?8/i.test(LANG) ? LANG : 'C.UTF-8' };
}
