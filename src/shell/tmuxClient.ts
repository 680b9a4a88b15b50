import { OutputFilter } from './outputFilter';
import { captureCommand, drawPane, parsePaneState } from './paneSnapshot';
import { scrollPositionFields, ScrollPositionTracker } from './scrollPosition';
import type { ShellFacts, Size } from './shellSession';
import { TmuxControlParser } from './tmuxControlParser';

/** Bytes of input in one send-keys command, which is three times as long. */
const maxInputBytes = 500;

/** Callbacks of the client. */
export interface TmuxClientHandlers {
  /** Sends to tmux. */
  send(text: string): void;
  /** Draws output of the shell. */
  show(bytes: Buffer): void;
  /** The client is attached, and the previous screen is drawn. */
  attached(facts: ShellFacts): void;
  /** The shell has ended with this exit code, 128 and more after a signal. */
  exited(code: number): void;
  /** tmux itself has ended, with the reason that it reports. */
  failed(reason: string): void;
}

/** The client of tmux's control mode: passes output to the terminal, and input and size to tmux. */
export class TmuxClient {
  private readonly reader = new TmuxControlParser({
    output: (bytes) => this.output(bytes),
    reply: (lines, failed) => this.reply(lines, failed),
    notice: (name, text) => this.notice(name, text),
  });
  private readonly keeper = new ScrollPositionTracker();
  private filter: OutputFilter;
  private state: 'greeting' | 'asking' | 'capturing' | 'live' = 'greeting';
  private readonly snapshot: (readonly Buffer[])[] = [];
  private readonly shown: Buffer[] = [];

  /**
   * @param name of the shell
   * @param lastPosition the scroll position at which the terminal left this shell before
   */
  constructor(
    private readonly handlers: TmuxClientHandlers,
    private readonly name: string,
    private size: Size,
    private readonly lastPosition: number | undefined,
  ) {
    this.filter = this.filterFor('');
  }

  /** The scroll position of the shell; undefined until tmux has reported one. */
  get position(): number | undefined {
    return this.keeper.place ?? this.lastPosition;
  }

  /** Receives output of tmux. */
  receive(bytes: Buffer): void {
    this.reader.read(bytes);
    this.flush();
  }

  /** Sends input as bytes, so that no key has a meaning to tmux. */
  write(text: string): void {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += maxInputBytes) {
      const hex = bytes.subarray(at, at + maxInputBytes).toString('hex');
      this.handlers.send(`send-keys -H ${hex.replace(/..(?!$)/g, '$& ')}\n`);
    }
  }

  resize(size: Size): void {
    this.size = size;
    if (this.state !== 'greeting') this.handlers.send(sizeCommand(size));
  }

  private filterFor(version: string): OutputFilter {
    return new OutputFilter(this.name, version, (code) => {
      this.handlers.exited(code);
      // Up to 3.3a a tmux server crashes when it is to tell a client of a session that is gone.
      this.handlers.send('refresh-client -B place\nkill-session\n');
    });
  }

  private output(bytes: Buffer): void {
    // Part of the snapshot that is being captured.
    if (this.state === 'asking' || this.state === 'capturing') return;
    const drawn = this.filter.pass(bytes);
    this.keeper.draw(drawn);
    this.shown.push(drawn);
  }

  private flush(): void {
    const shown = this.shown.splice(0);
    const [only] = shown;
    if (only) this.handlers.show(shown.length === 1 ? only : Buffer.concat(shown));
  }

  private reply(lines: readonly Buffer[], failed: boolean): void {
    if (this.state === 'greeting') this.greet(lines[0]?.toString() ?? '');
    else if (this.state === 'asking' && failed) this.goLive(true);
    else if (this.state === 'asking' && lines.length > 0) {
      this.state = 'capturing';
      this.snapshot.push(lines);
    } else if (this.state === 'capturing') this.capture(lines);
  }

  /** Handles the answer to the display-message of the launch command. */
  private greet(text: string): void {
    const [, version, kept] = /^celesto (\S+) ?(again)?$/.exec(text) ?? [];
    if (version === undefined) return;
    this.filter = this.filterFor(version);
    this.handlers.send(sizeCommand(this.size));
    if (kept) {
      this.state = 'asking';
      this.handlers.send(`${captureCommand(this.lastPosition)}\n`);
    } else {
      this.keeper.tell(['0', '0', String(this.size.rows), '0']);
      this.goLive(false);
    }
  }

  private capture(lines: readonly Buffer[]): void {
    this.snapshot.push(lines);
    const [state = [], history = [], visible = [], mainScreen] = this.snapshot;
    if (!mainScreen) return;
    const paneState = parsePaneState(state);
    this.keeper.tell(scrollPositionFields.map((field) => paneState.get(field) ?? ''));
    this.shown.push(drawPane(paneState, { history, visible, mainScreen }));
    this.goLive(true);
  }

  private goLive(resumed: boolean): void {
    this.state = 'live';
    this.flush();
    this.handlers.attached({ persistedBy: 'tmux', resumed });
    const format = scrollPositionFields.map((field) => `#{${field}}`).join(',');
    this.handlers.send(`refresh-client -B 'place::${format}'\n`);
  }

  private notice(name: string, text: string): void {
    if (name === 'subscription-changed') this.keeper.tell(text.slice(text.indexOf(' : ') + 3).split(','));
    // Without a snapshot the shell works all the same.
    else if (name === '' && text !== '' && this.state === 'asking') this.goLive(true);
    else if (name === 'exit' && this.state !== 'greeting' && !takenOverReasons.includes(text))
      this.handlers.failed(text);
  }
}

/** Reasons of an exit where another terminal took the shell over; the last one where the client was slow to leave. */
const takenOverReasons = ['', 'detached', 'lost tty'];

const sizeCommand = ({ rows, columns }: Size): string => `refresh-client -C ${columns}x${rows}\n`;
