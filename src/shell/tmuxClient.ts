import { OutputFilter } from './outputFilter';
import { captureCommand, drawPane, parsePaneState } from './paneSnapshot';
import { scrollPositionFields, ScrollPositionTracker } from './scrollPosition';
import type { ShellFacts, Size } from './session';
import { TmuxControlParser } from './tmuxControlParser';

/** Bytes of typed text in one command: it is three times as long. */
const typedAtOnce = 500;

/** Whom the client serves. */
export interface TmuxClientHandlers {
  /** Sends to tmux. */
  send(text: string): void;
  /** Draws output of the shell. */
  show(bytes: Buffer): void;
  /** It is attached, and what was there before has been drawn. */
  attached(facts: ShellFacts): void;
  /** The shell ends with this exit code, 128 and more where it was a signal. */
  ends(code: number): void;
  /** tmux itself has ended, not the shell, for a reason in its words. */
  failed(reason: string): void;
}

/** The client's end of tmux's control mode: a terminal to the user, typed text and sizes to tmux. */
export class TmuxClient {
  private readonly reader = new TmuxControlParser({
    output: (bytes) => this.output(bytes),
    reply: (lines, failed) => this.reply(lines, failed),
    notice: (name, text) => this.notice(name, text),
  });
  private readonly keeper = new ScrollPositionTracker();
  private filter: OutputFilter;
  private state: 'greeting' | 'asking' | 'looking' | 'live' = 'greeting';
  private readonly look: (readonly Buffer[])[] = [];
  private readonly shown: Buffer[] = [];

  /**
   * @param name of the shell
   * @param left where the terminal left this shell, if it has seen it before
   */
  constructor(
    private readonly user: TmuxClientHandlers,
    private readonly name: string,
    private size: Size,
    private readonly left: number | undefined,
  ) {
    this.filter = this.filterFor('');
  }

  /** Where the shell is now; undefined as long as nothing is known. */
  get place(): number | undefined {
    return this.keeper.place ?? this.left;
  }

  /** What tmux says. */
  receive(bytes: Buffer): void {
    this.reader.read(bytes);
    this.flush();
  }

  /** Typed text is sent as bytes, whatever they are, so that no key has a meaning to tmux. */
  write(text: string): void {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += typedAtOnce) {
      const hex = bytes.subarray(at, at + typedAtOnce).toString('hex');
      this.user.send(`send-keys -H ${hex.replace(/..(?!$)/g, '$& ')}\n`);
    }
  }

  resize(size: Size): void {
    this.size = size;
    if (this.state !== 'greeting') this.user.send(sizeCommand(size));
  }

  private filterFor(version: string): OutputFilter {
    return new OutputFilter(this.name, version, (code) => {
      this.user.ends(code);
      // Up to 3.3a a tmux server crashes when it is to tell a client of a session that is gone.
      this.user.send('refresh-client -B place\nkill-session\n');
    });
  }

  private output(bytes: Buffer): void {
    // Until the screen has been looked at, it is part of it.
    if (this.state === 'asking' || this.state === 'looking') return;
    const drawn = this.filter.pass(bytes);
    this.keeper.draw(drawn);
    this.shown.push(drawn);
  }

  private flush(): void {
    const shown = this.shown.splice(0);
    const [only] = shown;
    if (only) this.user.show(shown.length === 1 ? only : Buffer.concat(shown));
  }

  private reply(lines: readonly Buffer[], failed: boolean): void {
    if (this.state === 'greeting') this.greet(lines[0]?.toString() ?? '');
    else if (this.state === 'asking' && failed) this.goLive(true);
    else if (this.state === 'asking' && lines.length > 0) {
      this.state = 'looking';
      this.look.push(lines);
    } else if (this.state === 'looking') this.lookOn(lines);
  }

  /** The answer to what the launch command asks. */
  private greet(text: string): void {
    const [, version, kept] = /^celesto (\S+) ?(again)?$/.exec(text) ?? [];
    if (version === undefined) return;
    this.filter = this.filterFor(version);
    this.user.send(sizeCommand(this.size));
    if (kept) {
      this.state = 'asking';
      this.user.send(`${captureCommand(this.left)}\n`);
    } else {
      this.keeper.tell(['0', '0', String(this.size.rows), '0']);
      this.goLive(false);
    }
  }

  private lookOn(lines: readonly Buffer[]): void {
    this.look.push(lines);
    const [state = [], history = [], visible = [], mainScreen] = this.look;
    if (!mainScreen) return;
    const known = parsePaneState(state);
    this.keeper.tell(scrollPositionFields.map((field) => known.get(field) ?? ''));
    this.shown.push(drawPane(known, { history, visible, mainScreen }));
    this.goLive(true);
  }

  private goLive(resumed: boolean): void {
    this.state = 'live';
    this.flush();
    this.user.attached({ persistedBy: 'tmux', resumed });
    const format = scrollPositionFields.map((field) => `#{${field}}`).join(',');
    this.user.send(`refresh-client -B 'place::${format}'\n`);
  }

  private notice(name: string, text: string): void {
    if (name === 'subscription-changed') this.keeper.tell(text.slice(text.indexOf(' : ') + 3).split(','));
    // What cannot be looked at is not drawn; the shell is there all the same.
    else if (name === '' && text !== '' && this.state === 'asking') this.goLive(true);
    else if (name === 'exit' && this.state !== 'greeting' && !takenOver.includes(text))
      this.user.failed(text);
  }
}

/** What is told to whom another terminal takes the shell from: the last when they were slow to leave. */
const takenOver = ['', 'detached', 'lost tty'];

const sizeCommand = ({ rows, columns }: Size): string => `refresh-client -C ${columns}x${rows}\n`;
