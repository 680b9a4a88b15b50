import { t } from '@vscode/l10n';
import type { ClientChannel } from 'ssh2';
import { Emitter } from '../base/emitter';
import { exitMarkerReceived } from '../shell/gnuScreen';
import { OutputFilter } from '../shell/outputFilter';
import type { Session, SessionEnd, ShellFacts, Size } from '../shell/session';
import { shellFacts, StartMarkerParser } from '../shell/startMarker';
import { TmuxClient } from '../shell/tmuxClient';
import type { SshError } from '../ssh/errors';

/** What a session needs of the connection it travels on. */
export interface ConnectionHealth {
  readonly closed: boolean;
  readonly failure: SshError | undefined;
  probe(): void;
}

/** A shell that was begun by a launch command, which tells what keeps it. */
export interface ShellLaunch {
  readonly name: string;
  /** Of its terminal when it was asked for. */
  readonly size: Size;
  /** Where the terminal left it, if it has seen it before (see ScrollPositionTracker). */
  readonly place: number | undefined;
  /** Told where the terminal leaves it now. */
  left(place: number): void;
}

const plain: ShellFacts = { persistedBy: undefined, resumed: false };

/** Milliseconds that typed text waits for the preface of a shell once there is other output. */
const prefacePatience = 5_000;

/** How the marks of shell integration begin, and the one for the end of a command whose outcome nobody knows. */
const mark = '\x1b]633;';
const commandOver = Buffer.from(`${mark}D\x07`);

/** A shell on an SSH channel. */
export class SshSession implements Session {
  private readonly data = new Emitter<Uint8Array>();
  private readonly end = new Emitter<SessionEnd>();
  private exit: SessionEnd | undefined;
  private settle: (facts: ShellFacts) => void = () => undefined;
  private preface: StartMarkerParser | undefined;
  private patience: NodeJS.Timeout | undefined;
  /** Typed before it was known whom to. */
  private typed: string | undefined;
  private tmux: TmuxClient | undefined;
  private screen: OutputFilter | undefined;
  private size: Size | undefined;
  private isMarked = false;

  readonly onEnd = this.end.event;
  readonly shell = new Promise<ShellFacts>((resolve) => (this.settle = resolve));

  constructor(
    private readonly channel: ClientChannel,
    private readonly connection: ConnectionHealth | undefined,
    private readonly launched?: ShellLaunch,
  ) {
    if (launched) {
      this.preface = new StartMarkerParser();
      this.typed = '';
      this.size = launched.size;
    } else this.settle(plain);
    const exited = (code: number | null | undefined, signal?: string): void => {
      if (code !== undefined) this.exit ??= { kind: 'exited', code: code ?? undefined, signal };
    };
    channel.on('exit', exited);
    // ssh2 closes the channels of a broken connection before it tells that it broke. How a command has ended it tells
    // once more: that may have come in one piece with the answer to the request, when nobody could listen yet.
    channel.once('close', (code?: number | null, signal?: string) => {
      exited(code, signal);
      if (this.exit) this.finish();
      else setImmediate(() => this.finish());
    });
    // A broken connection shows as 'close'; without a listener the error before it would be thrown.
    channel.on('error', () => undefined);
  }

  readonly onData: Session['onData'] = (listener) => {
    const subscription = this.data.event(listener);
    // The channel holds its output until somebody listens.
    if (this.data.size === 1) {
      this.channel.on('data', (bytes: Buffer) => this.receive(bytes));
      this.channel.stderr.on('data', (bytes: Buffer) => this.show(bytes));
    }
    return subscription;
  };

  write(text: string): void {
    if (this.typed !== undefined) this.typed += text;
    else if (this.tmux) this.tmux.write(text);
    else this.send(text);
  }

  resize(size: Size): void {
    this.size = size;
    this.channel.setWindow(size.rows, size.columns, 0, 0);
    this.tmux?.resize(size);
  }

  pause(): void {
    this.channel.pause();
    this.channel.stderr.pause();
  }

  resume(): void {
    this.channel.resume();
    this.channel.stderr.resume();
  }

  probe(): void {
    this.connection?.probe();
  }

  close(): void {
    this.channel.close();
  }

  private send(text: string): void {
    if (this.channel.writable) this.channel.write(text);
  }

  private show(bytes: Buffer): void {
    this.isMarked ||= bytes.includes(mark);
    if (bytes.length > 0) this.data.fire(bytes);
  }

  private receive(bytes: Buffer): void {
    if (this.preface) this.readPreface(this.preface, bytes);
    else this.pass(bytes);
  }

  private pass(bytes: Buffer): void {
    if (this.tmux) this.tmux.receive(bytes);
    else if (!this.screen) this.show(bytes);
    // What screen says about its own end is nobody's concern.
    else if (!this.exit) this.show(this.screen.pass(bytes));
  }

  private readPreface(reader: StartMarkerParser, bytes: Buffer): void {
    const { shown, preface, rest } = reader.read(bytes);
    this.pass(shown);
    if (!this.preface) this.pass(Buffer.concat([reader.end(), rest]));
    else if (preface === 'tmux') this.meetTmux(rest);
    else if (preface) this.begin(shellFacts(preface), rest);
    else if (reader.over && !this.tmux) this.begin(plain, rest);
    // The server may have run something else; the preface is still looked for, but that must not be kept waiting.
    else if (shown.length > 0 && !this.tmux)
      this.patience ??= setTimeout(() => this.letType(), prefacePatience);
  }

  /** From now on the output is what tmux says. Should it fail to attach, another preface follows. */
  private meetTmux(output: Buffer): void {
    clearTimeout(this.patience);
    this.tmux = new TmuxClient(
      {
        send: (text) => this.send(text),
        show: (bytes) => this.show(bytes),
        attached: (facts) => this.settleOn(facts),
        ends: (code) => (this.exit = { kind: 'exited', code, signal: undefined }),
        failed: (reason) => this.fail(reason),
      },
      this.launched?.name ?? '',
      this.size ?? { rows: 24, columns: 80 },
      this.launched?.place,
    );
    this.receive(output);
  }

  /** The shell writes to the terminal itself. */
  private begin(facts: ShellFacts, output: Buffer): void {
    this.tmux = undefined;
    if (facts.persistedBy === 'screen')
      this.screen = new OutputFilter(this.launched?.name ?? '', undefined, (code) => this.hearFarewell(code));
    this.settleOn(facts);
    this.pass(output);
  }

  private hearFarewell(code: number): void {
    this.exit = { kind: 'exited', code, signal: undefined };
    this.send(exitMarkerReceived);
  }

  private settleOn(facts: ShellFacts): void {
    this.preface = undefined;
    this.settle(facts);
    this.letType();
  }

  private letType(): void {
    clearTimeout(this.patience);
    const typed = this.typed;
    this.typed = undefined;
    if (typed) this.write(typed);
  }

  private fail(reason: string): void {
    this.exit = { kind: 'lost', cause: new Error(t('tmux has ended: {0}', reason)) };
    this.channel.close();
  }

  private finish(): void {
    clearTimeout(this.patience);
    if (this.preface) this.show(this.preface.end());
    const place = this.tmux?.place;
    if (place !== undefined) this.launched?.left(place);
    this.settle(plain);
    const ending = this.ending();
    // Else what comes next would look as if it had been typed at the prompt.
    if (ending.kind === 'lost' && this.isMarked) this.show(commandOver);
    this.end.fire(ending);
    this.data.dispose();
    this.end.dispose();
  }

  /** A server may close a shell without a word of how it ended; where the connection stays, it did end. */
  private ending(): SessionEnd {
    if (this.exit) return this.exit;
    return this.connection?.closed !== false
      ? { kind: 'lost', cause: this.connection?.failure }
      : { kind: 'exited', code: undefined, signal: undefined };
  }
}
