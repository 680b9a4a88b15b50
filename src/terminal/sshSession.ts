import { t } from '@vscode/l10n';
import type { ClientChannel } from 'ssh2';
import { Emitter } from '../base/emitter';
import { exitMarkerReceived } from '../shell/gnuScreen';
import { OutputFilter } from '../shell/outputFilter';
import type { Session, SessionEnd, ShellFacts, Size } from '../shell/shellSession';
import { shellFacts, StartMarkerParser } from '../shell/startMarker';
import { TmuxClient } from '../shell/tmuxClient';
import type { SshError } from '../ssh/sshErrors';
import { Typeahead } from './typeahead';

/** The state of the connection that carries a session. */
export interface ConnectionHealth {
  readonly closed: boolean;
  readonly failure: SshError | undefined;
  probe(): void;
}

/** A shell that a launch command has begun, which prints a start marker. */
export interface ShellLaunch {
  readonly name: string;
  /** The terminal's size when the shell was requested. */
  readonly size: Size;
  /** The scroll position at which the terminal left this shell before; see ScrollPositionTracker. */
  readonly lastPosition: number | undefined;
  /** Called with the scroll position at which the terminal leaves the shell. */
  onLeave(position: number): void;
}

const plainShell: ShellFacts = { persistedBy: undefined, resumed: false };

/** Milliseconds that typeahead waits for the start marker once there is other output. */
const startMarkerTimeoutMs = 5_000;

/** Prefix of shell-integration marks, and the mark that ends a command without an exit code. */
const markPrefix = '\x1b]633;';
const commandEndMark = Buffer.from(`${markPrefix}D\x07`);

/** A shell on an SSH channel. */
export class SshSession implements Session {
  private readonly data = new Emitter<Uint8Array>();
  private readonly end = new Emitter<SessionEnd>();
  private exit: SessionEnd | undefined;
  private settle: (facts: ShellFacts) => void = () => undefined;
  private parser: StartMarkerParser | undefined;
  private markerTimeout: NodeJS.Timeout | undefined;
  /** Input before the start marker; undefined once it is sent on at once. */
  private typeahead: Typeahead | undefined;
  private tmux: TmuxClient | undefined;
  private screen: OutputFilter | undefined;
  private size: Size | undefined;
  private isIntegrated = false;

  readonly onEnd = this.end.event;
  readonly shell = new Promise<ShellFacts>((resolve) => (this.settle = resolve));

  constructor(
    private readonly channel: ClientChannel,
    private readonly connection: ConnectionHealth | undefined,
    private readonly launch?: ShellLaunch,
  ) {
    if (launch) {
      this.parser = new StartMarkerParser();
      this.typeahead = new Typeahead();
      this.size = launch.size;
    } else this.settle(plainShell);
    const exited = (code: number | null | undefined, signal?: string): void => {
      if (code !== undefined) this.exit ??= { kind: 'exited', code: code ?? undefined, signal };
    };
    channel.on('exit', exited);
    // ssh2 closes the channels of a failed connection before it emits the failure. The close repeats the exit status, whose
    // own event may have been emitted together with the answer to the request, before there was a listener.
    channel.once('close', (code?: number | null, signal?: string) => {
      exited(code, signal);
      if (this.exit) this.finish();
      else setImmediate(() => this.finish());
    });
    // A failed connection emits 'close'; without a listener the 'error' before it would be thrown.
    channel.on('error', () => undefined);
  }

  readonly onData: Session['onData'] = (listener) => {
    const subscription = this.data.event(listener);
    // The channel buffers its output until there is a listener.
    if (this.data.size === 1) {
      this.channel.on('data', (bytes: Buffer) => this.receive(bytes));
      this.channel.stderr.on('data', (bytes: Buffer) => this.show(bytes));
    }
    return subscription;
  };

  write(text: string): void {
    if (this.typeahead) this.typeahead.push(text);
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
    this.isIntegrated ||= bytes.includes(markPrefix);
    if (bytes.length > 0) this.data.fire(bytes);
  }

  private receive(bytes: Buffer): void {
    if (this.parser) this.readStartMarker(this.parser, bytes);
    else this.pass(bytes);
  }

  private pass(bytes: Buffer): void {
    if (this.tmux) this.tmux.receive(bytes);
    else if (!this.screen) this.show(bytes);
    // Messages of screen about its own end are not shown.
    else if (!this.exit) this.show(this.screen.pass(bytes));
  }

  private readStartMarker(parser: StartMarkerParser, bytes: Buffer): void {
    const { shown, marker, remaining } = parser.read(bytes);
    this.pass(shown);
    if (!this.parser) this.pass(Buffer.concat([parser.end(), remaining]));
    else if (marker === 'tmux') this.startTmuxClient(remaining);
    else if (marker) this.begin(shellFacts(marker), remaining);
    else if (parser.hasGivenUp && !this.tmux) this.begin(plainShell, remaining);
    // The server may have run something else, which must not wait for its input; a marker may still follow.
    else if (shown.length > 0 && !this.tmux)
      this.markerTimeout ??= setTimeout(() => this.flushTypeahead(), startMarkerTimeoutMs);
  }

  /** Parses the output as tmux's control mode from here on. Where tmux fails to attach, another marker follows. */
  private startTmuxClient(output: Buffer): void {
    clearTimeout(this.markerTimeout);
    this.tmux = new TmuxClient(
      {
        send: (text) => this.send(text),
        show: (bytes) => this.show(bytes),
        attached: (facts) => this.resolveShell(facts),
        exited: (code) => (this.exit = { kind: 'exited', code, signal: undefined }),
        failed: (reason) => this.fail(reason),
      },
      this.launch?.name ?? '',
      this.size ?? { rows: 24, columns: 80 },
      this.launch?.lastPosition,
    );
    this.receive(output);
  }

  /** Passes the output of the shell through. */
  private begin(facts: ShellFacts, output: Buffer): void {
    this.tmux = undefined;
    if (facts.persistedBy === 'screen')
      this.screen = new OutputFilter(this.launch?.name ?? '', undefined, (code) => this.onExitMarker(code));
    this.resolveShell(facts);
    this.pass(output);
  }

  private onExitMarker(code: number): void {
    this.exit = { kind: 'exited', code, signal: undefined };
    this.send(exitMarkerReceived);
  }

  private resolveShell(facts: ShellFacts): void {
    this.parser = undefined;
    this.settle(facts);
    this.flushTypeahead();
  }

  private flushTypeahead(): void {
    clearTimeout(this.markerTimeout);
    const typeahead = this.typeahead;
    this.typeahead = undefined;
    typeahead?.flush((text) => this.write(text));
  }

  private fail(reason: string): void {
    this.exit = { kind: 'lost', cause: new Error(t('tmux has ended: {0}', reason)) };
    this.channel.close();
  }

  private finish(): void {
    clearTimeout(this.markerTimeout);
    if (this.parser) this.show(this.parser.end());
    const position = this.tmux?.position;
    if (position !== undefined) this.launch?.onLeave(position);
    this.settle(plainShell);
    const end = this.sessionEnd();
    // Otherwise later output would be taken for input at the prompt.
    if (end.kind === 'lost' && this.isIntegrated) this.show(commandEndMark);
    this.end.fire(end);
    this.data.dispose();
    this.end.dispose();
  }

  /** Without an exit status a closed channel counts as an exit where the connection is still open. */
  private sessionEnd(): SessionEnd {
    if (this.exit) return this.exit;
    return this.connection?.closed !== false
      ? { kind: 'lost', cause: this.connection?.failure }
      : { kind: 'exited', code: undefined, signal: undefined };
  }
}
