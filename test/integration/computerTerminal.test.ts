import assert from 'node:assert/strict';
import { stripVTControlCharacters } from 'node:util';
import type * as vscode from 'vscode';
import { abortable } from '../../src/base/abort';
import { systemClock } from '../../src/base/clock';
import { silentLog } from '../../src/base/log';
import { computerFrom } from '../../src/computers/computer';
import { LifecycleError } from '../../src/computers/errors';
import type { ConnectorOptions } from '../../src/connect/computerConnector';
import type { Progress } from '../../src/connect/progressReporter';
import type { Session, SessionRequest, ShellFacts, ShellOptions, Size } from '../../src/shell/session';
import { ComputerTerminal, type ComputerTerminalOptions } from '../../src/terminal/computerTerminal';
import { until } from '../harness/until';
import { wire } from '../unit/support/computers';
import { type Deferred, deferred } from '../unit/support/deferred';
import { settled } from '../unit/support/fakeClock';
import { FakeSession } from '../unit/support/fakeSession';

const einstein = computerFrom(wire('cmp_1', 'error', { name: 'einstein', last_error: 'no memory left' }));
const shell: ShellOptions = { persistence: 'off', name: 'test', cwd: '', nonce: undefined };
/** Which Node does not know for what it is. */
const softReset = '\x1b[!p';
/** Asks for the state of a private mode (DECRQM). */
const question = new RegExp(String.raw`\x1b\[\?(\d+)\$p`, 'g');
const ctrlC = '\x03';
const ctrlD = '\x04';
const enter = '\r';

/** One wish for a session, which the test grants or denies. */
interface Wish {
  readonly id: string;
  readonly request: SessionRequest;
  readonly options: ConnectorOptions;
  readonly outcome: Deferred<Session>;
}

/** A terminal whose way to a shell is in the hand of the test, and what VS Code would see of it. */
class Stage {
  readonly wishes: Wish[] = [];
  readonly failures: unknown[] = [];
  readonly drawn: string[] = [];
  readonly names: string[] = [];
  readonly closes: (number | undefined)[] = [];
  readonly returns: {
    progress: Progress;
    signal: AbortSignal;
    quickLosses: number | undefined;
    outcome: Deferred<Session>;
  }[] = [];
  retries = 0;
  running = true;
  readonly pty: ComputerTerminal;

  constructor(
    /** Whether the way gives up at once when it is cancelled, as it should. */
    private readonly obedient = true,
    options: ComputerTerminalOptions = { computer: einstein, shell, memory: {} },
  ) {
    this.pty = new ComputerTerminal(options, {
      reconnection: () => ({
        run: (_computer, _request, progress, signal, quickLosses) => {
          const outcome = deferred<Session>();
          this.returns.push({ progress, signal, quickLosses, outcome });
          return abortable(outcome.promise, signal);
        },
        retryNow: () => void (this.retries += 1),
      }),
      isRunning: () => Promise.resolve(this.running),
      connector: { open: (id, request, options) => this.wish({ id, request, options, outcome: deferred() }) },
      clock: systemClock,
      log: silentLog,
      onFailure: (error) => this.failures.push(error),
    });
    this.pty.onDidWrite((text) => this.show(text));
    this.pty.onDidChangeName((name) => this.names.push(name));
    (this.pty.onDidClose as vscode.Event<number | undefined>)((code) => this.closes.push(code));
  }

  /** A terminal that is open, with a shell. */
  static async withShell(): Promise<{ stage: Stage; shell: FakeSession }> {
    const stage = new Stage();
    stage.pty.open({ rows: 30, columns: 100 });
    const shell = await stage.grant();
    return { stage, shell };
  }

  get latest(): Wish {
    return this.wishes.at(-1)!;
  }

  get text(): string {
    return this.drawn.join('');
  }

  /** The lines without their colours. */
  get lines(): string[] {
    return stripVTControlCharacters(this.text.replaceAll(softReset, '')).split('\r\n').filter(Boolean);
  }

  /** Grants the way back. */
  async reconnect(facts?: ShellFacts | Promise<ShellFacts>): Promise<FakeSession> {
    const shell = new FakeSession(facts);
    this.returns.at(-1)!.outcome.resolve(shell);
    await settled();
    return shell;
  }

  async grant(): Promise<FakeSession> {
    const shell = new FakeSession();
    this.latest.outcome.resolve(shell);
    await settled();
    return shell;
  }

  async deny(error: Error): Promise<void> {
    this.latest.outcome.reject(error);
    await settled();
  }

  /** As the terminal emulator does: it answers the questions whether it has drawn so far, and shows nothing of them. */
  private show(text: string): void {
    this.drawn.push(text.replaceAll(question, ''));
    for (const [, number] of text.matchAll(question))
      setImmediate(() => this.pty.handleInput(`\x1b[?${number};0$y`));
  }

  private wish(wish: Wish): Promise<Session> {
    this.wishes.push(wish);
    // As every transport does.
    void wish.request.size();
    return this.obedient ? abortable(wish.outcome.promise, wish.options.signal) : wish.outcome.promise;
  }
}

describe('the terminal of a computer', () => {
  describe('while it opens', () => {
    it('asks for a shell on that computer, and starts nothing from an error by itself', async () => {
      const stage = new Stage();
      stage.pty.open({ rows: 30, columns: 100 });
      const { id, request, options } = stage.latest;
      assert.equal(id, 'cmp_1');
      assert.deepEqual(await request.size(), { rows: 30, columns: 100 });
      assert.equal(request.env.COLORTERM, 'truecolor');
      assert.match(request.env.LANG!, /utf-?8/i);
      assert.equal(options.evenFromError, false);
    });

    it('asks once, where VS Code shows it before it opens it', () => {
      const stage = new Stage();
      stage.pty.connectWhenShown();
      stage.pty.open({ rows: 30, columns: 100 });
      assert.equal(stage.wishes.length, 1);
    });

    it('tells each step in a dim line of its own', () => {
      const stage = new Stage();
      stage.pty.open(undefined);
      stage.latest.options.progress.report('Starting it…');
      assert.equal(stage.text, '\x1b[0m\x1b[2mStarting it…\x1b[0m\r\n');
    });

    it('tells in the name of its tab what is going on', async () => {
      const stage = new Stage();
      stage.pty.open(undefined);
      stage.latest.options.progress.phase('starting');
      stage.latest.options.progress.phase('connecting');
      await stage.grant();
      assert.deepEqual(stage.names, ['einstein (starting)', 'einstein (connecting)', 'einstein']);
    });

    it('keeps what is typed, and gives it to the shell once', async () => {
      const stage = new Stage();
      stage.pty.open(undefined);
      for (const key of ['l', 's', ' ', 'ü', enter]) stage.pty.handleInput(key);
      const shell = await stage.grant();
      assert.equal(shell.typed, 'ls ü\r');
      stage.pty.handleInput('x');
      assert.equal(shell.typed, 'ls ü\rx');
    });

    it('keeps no more of it than anybody types', async () => {
      const stage = new Stage();
      stage.pty.open(undefined);
      for (let i = 0; i < 100; i += 1) stage.pty.handleInput('x'.repeat(1024));
      assert.equal((await stage.grant()).typed.length, 64 * 1024);
    });

    it('takes a size of its own until VS Code names one, and asks for the latest', async () => {
      const stage = new Stage();
      stage.pty.open(undefined);
      assert.deepEqual(await stage.latest.request.size(), { rows: 24, columns: 80 });
      stage.pty.setDimensions({ rows: 30, columns: 100 });
      assert.deepEqual(await stage.latest.request.size(), { rows: 30, columns: 100 });
      stage.pty.setDimensions({ rows: 40, columns: 120 });
      const shell = await stage.grant();
      assert.deepEqual(shell.sizes, [{ rows: 40, columns: 120 }]);
    });

    it('begins before VS Code opens it, and its shell as soon as the size is known', async () => {
      const stage = new Stage();
      stage.pty.start(undefined);
      stage.latest.options.progress.report('Starting it…');
      const sizes: Size[] = [];
      void stage.latest.request.size().then((size) => sizes.push(size));
      await settled();
      assert.deepEqual([stage.text, sizes], ['', []]);
      stage.pty.open({ rows: 30, columns: 100 });
      await settled();
      assert.equal(stage.wishes.length, 1);
      assert.deepEqual(stage.lines, ['Starting it…']);
      assert.deepEqual(sizes, [{ rows: 30, columns: 100 }]);
    });

    it('has its shell at once where its size can be guessed, and corrects that', async () => {
      for (const [rows, told] of [
        [30, []],
        [31, [{ rows: 31, columns: 100 }]],
      ] as const) {
        const stage = new Stage();
        stage.pty.start({ rows: 30, columns: 100 });
        const shell = await stage.grant();
        shell.prints('$ ');
        await settled();
        assert.equal(stage.text, '');
        stage.pty.open({ rows, columns: 100 });
        assert.equal(stage.text, '$ ');
        assert.deepEqual(shell.sizes, told);
      }
    });

    it('closes with the exit code of a shell that has ended before VS Code opened it', async () => {
      const stage = new Stage();
      stage.pty.start({ rows: 30, columns: 100 });
      (await stage.grant()).exits(7);
      await until('its end', () => stage.pty.state === 'closed');
      assert.deepEqual(stage.closes, []);
      stage.pty.open({ rows: 30, columns: 100 });
      assert.deepEqual(stage.closes, [7]);
    });

    it('asks for no shell any more when it is closed before VS Code opened it', () => {
      const stage = new Stage();
      stage.pty.start(undefined);
      stage.pty.close();
      assert.ok(stage.latest.options.signal.aborted);
    });

    it('sends no size to a shell that has it', async () => {
      const { stage, shell } = await Stage.withShell();
      assert.deepEqual(shell.sizes, []);
      stage.pty.setDimensions({ rows: 10, columns: 20 });
      assert.deepEqual(shell.sizes, [{ rows: 10, columns: 20 }]);
    });

    it('gives up when its tab is closed', async () => {
      const stage = new Stage();
      stage.pty.open(undefined);
      stage.pty.close();
      await settled();
      assert.equal(stage.latest.options.signal.aborted, true);
      assert.deepEqual([stage.lines, stage.closes, stage.failures], [[], [], []]);
    });

    it('closes a shell that comes after its tab was closed', async () => {
      const stage = new Stage(false);
      stage.pty.open(undefined);
      stage.pty.close();
      const shell = await stage.grant();
      assert.equal(shell.closed, 1);
      assert.equal(shell.listeners, 0);
    });

    it('gives up at Ctrl+C; Enter tries again, without what was typed before', async () => {
      const stage = new Stage();
      stage.pty.open(undefined);
      stage.pty.handleInput('rm -rf x');
      stage.pty.handleInput(ctrlC);
      await settled();
      assert.equal(stage.latest.options.signal.aborted, true);
      assert.deepEqual(stage.lines, ['Cancelled. Press Enter to try again, Ctrl+C to close.']);
      assert.deepEqual(stage.names.at(-1), 'einstein (not connected)');
      assert.deepEqual(stage.failures, []);
      stage.pty.handleInput(enter);
      assert.equal(stage.wishes.length, 2);
      assert.equal((await stage.grant()).typed, '');
    });

    it('gives up at Ctrl+C even if the shell comes all the same', async () => {
      const stage = new Stage(false);
      stage.pty.open(undefined);
      stage.pty.handleInput(ctrlC);
      const shell = await stage.grant();
      assert.equal(shell.closed, 1);
      assert.deepEqual(stage.lines, ['Cancelled. Press Enter to try again, Ctrl+C to close.']);
      stage.pty.handleInput(enter);
      assert.equal(stage.wishes.length, 2);
    });
  });

  describe('with a shell', () => {
    it('draws its output, whole characters only', async () => {
      const { stage, shell } = await Stage.withShell();
      const bytes = Buffer.from('ohm@einstein:~$ 漢');
      shell.prints(bytes.subarray(0, -1));
      shell.prints(bytes.subarray(-1));
      await until('the output', () => stage.text.endsWith('漢'));
      assert.equal(stage.text, 'ohm@einstein:~$ 漢');
    });

    it('holds back a flood, and lets it go on', async () => {
      const { stage, shell } = await Stage.withShell();
      const flood = 'x'.repeat(1024 * 1024);
      shell.prints(flood);
      assert.deepEqual(shell.flow, ['pause']);
      await until('all of it', () => stage.text.length === flood.length);
      assert.deepEqual(shell.flow, ['pause', 'resume']);
    });

    it('passes on Ctrl+C, even in a flood', async () => {
      const { stage, shell } = await Stage.withShell();
      shell.prints('x'.repeat(1024 * 1024));
      stage.pty.handleInput(ctrlC);
      assert.equal(shell.typed, ctrlC);
    });

    for (const code of [0, 7, undefined]) {
      it(`ends with its exit code: ${code}`, async () => {
        const { stage, shell } = await Stage.withShell();
        shell.prints('logout\r\n');
        shell.ends({ kind: 'exited', code, signal: undefined });
        await until('the end', () => stage.closes.length === 1);
        assert.deepEqual(stage.closes, [code]);
        assert.equal(stage.text, 'logout\r\n');
      });
    }

    it('draws all that it said before it ends', async () => {
      const { stage, shell } = await Stage.withShell();
      const flood = 'x'.repeat(700 * 1024);
      shell.prints(flood);
      shell.exits(0);
      assert.deepEqual(stage.closes, []);
      await until('the end', () => stage.closes.length === 1);
      assert.equal(stage.text, flood);
    });

    it('closes it when the tab is closed, and says nothing more', async () => {
      const { stage, shell } = await Stage.withShell();
      stage.pty.close();
      assert.equal(shell.closed, 1);
      shell.ends({ kind: 'lost', cause: undefined });
      await settled();
      assert.deepEqual([stage.lines, stage.closes], [[], []]);
    });
  });

  describe('that lost its connection', () => {
    const stopped = new LifecycleError('stopped', einstein);

    async function lost(cause: Error | undefined = new Error('read ECONNRESET')): Promise<Stage> {
      const { stage, shell } = await Stage.withShell();
      shell.prints('half a li');
      shell.ends({ kind: 'lost', cause });
      await until('word of it', () => stage.returns.length === 1);
      return stage;
    }

    it('says so below what was there, and why; takes back what a program had set; finds the way back', async () => {
      const stage = await lost();
      assert.deepEqual(stage.lines, ['half a li', 'The connection to einstein was lost: read ECONNRESET']);
      assert.match(stage.text.replaceAll('\x1b', '␛'), /half a li␛\[\?1047l(?:␛\[\?\d+l)+␛\[!p␛\[\?25h\r\n/);
      assert.deepEqual(stage.closes, []);
    });

    it('says so where nobody knows why', async () => {
      const { stage, shell } = await Stage.withShell();
      shell.ends({ kind: 'lost', cause: undefined });
      await until('word of it', () => stage.returns.length === 1);
      assert.deepEqual(stage.lines, ['The connection to einstein was lost.']);
    });

    it('is a terminal as before when it has found the way back, and says that the shell is new', async () => {
      const stage = await lost();
      stage.returns[0]!.progress.phase('reconnecting');
      const shell = await stage.reconnect();
      assert.equal(stage.lines.at(-1), 'Connected again. This is a new shell: the old one is gone.');
      assert.deepEqual(stage.names.slice(-2), ['einstein (reconnecting)', 'einstein']);
      shell.prints('again$ ');
      assert.ok(stage.text.endsWith('again$ '));
      stage.pty.handleInput('ls');
      assert.equal(shell.typed, 'ls');
    });

    it('says nothing of the shell where the link is lost again before it is known which it is', async () => {
      const stage = await lost();
      const facts = deferred<ShellFacts>();
      const shell = await stage.reconnect(facts.promise);
      // As every session does.
      facts.resolve({ persistedBy: undefined, resumed: false });
      shell.ends({ kind: 'lost', cause: undefined });
      await until('the next way back', () => stage.returns.length === 2);
      assert.deepEqual(stage.lines.slice(-1), ['The connection to einstein was lost.']);
      assert.ok(!stage.text.includes('Connected again'));
    });

    it('goes back to a shell that was kept: its screen is drawn below what was there', async () => {
      const stage = await lost();
      const shell = await stage.reconnect({ persistedBy: 'tmux', resumed: true });
      shell.prints('the screen');
      await until('the screen', () => stage.text.endsWith('the screen'));
      assert.match(stage.text.replaceAll('\x1b', '␛'), /Connected again\.␛\[0m\r\n(?:\r\n){30}the screen$/);
    });

    it('drops what is typed meanwhile; Enter hurries', async () => {
      const stage = await lost();
      for (const key of ['r', 'm', enter]) stage.pty.handleInput(key);
      assert.equal(stage.retries, 1);
      assert.equal((await stage.reconnect()).typed, '');
    });

    it('gives up at Ctrl+C; Enter begins anew', async () => {
      const stage = await lost();
      stage.pty.handleInput(ctrlC);
      await settled();
      assert.equal(stage.lines.at(-1), 'Cancelled. Press Enter to try again, Ctrl+C to close.');
      stage.pty.handleInput(enter);
      assert.equal(stage.wishes.length, 2);
    });

    it('leaves a computer that was stopped as it is, and starts it at Enter', async () => {
      const stage = await lost();
      stage.returns[0]!.outcome.reject(stopped);
      await settled();
      assert.deepEqual(stage.lines.slice(-2), [
        'einstein was stopped.',
        'Press Enter to start it, Ctrl+C to close.',
      ]);
      assert.equal(stage.names.at(-1), 'einstein (not connected)');
      assert.deepEqual(stage.failures, []);
      stage.pty.handleInput(enter);
      assert.equal(stage.wishes.length, 2);
      assert.equal(stage.latest.options.evenFromError, false);
    });

    it('takes its time when the link is lost again and again', async () => {
      const stage = await lost();
      assert.equal(stage.returns[0]!.quickLosses, 1);
      (await stage.reconnect()).ends({ kind: 'lost', cause: undefined });
      await until('the next way back', () => stage.returns.length === 2);
      assert.equal(stage.returns[1]!.quickLosses, 2);
    });

    it('is looked after when something happens: the link is probed, the way back retries', async () => {
      const { stage, shell } = await Stage.withShell();
      stage.pty.checkConnection();
      assert.equal(shell.probed, 1);
      shell.ends({ kind: 'lost', cause: undefined });
      await until('the way back', () => stage.returns.length === 1);
      stage.pty.checkConnection();
      assert.equal(stage.retries, 1);
    });

    it('since the computer went down, which ends shells by a signal, is told as such', async () => {
      const { stage, shell } = await Stage.withShell();
      stage.running = false;
      shell.ends({ kind: 'exited', code: undefined, signal: 'SIGHUP' });
      await until('the way back', () => stage.returns.length === 1);
      assert.deepEqual(stage.closes, []);
    });

    it('is over where a signal ended the shell alone', async () => {
      const { stage, shell } = await Stage.withShell();
      shell.ends({ kind: 'exited', code: undefined, signal: 'SIGKILL' });
      await until('the end', () => stage.closes.length === 1);
      assert.deepEqual(stage.returns, []);
    });

    for (const [name, key] of [
      ['Ctrl+C', ctrlC],
      ['Ctrl+D', ctrlD],
    ] as const) {
      it(`closes at ${name} where there is no way back`, async () => {
        const stage = await lost();
        stage.returns[0]!.outcome.reject(stopped);
        await settled();
        for (const other of ['x', ' ', '\x1b[A']) stage.pty.handleInput(other);
        assert.deepEqual(stage.closes, []);
        stage.pty.handleInput(key);
        assert.deepEqual(stage.closes, [undefined]);
        stage.pty.handleInput(enter);
        assert.equal(stage.wishes.length, 1);
      });
    }

    it('connects again when its computer is clicked', async () => {
      const stage = await lost();
      stage.returns[0]!.outcome.reject(stopped);
      await settled();
      stage.pty.retry();
      assert.equal(stage.wishes.length, 2);
      stage.pty.retry();
      assert.equal(stage.wishes.length, 2, 'one that is opening is let be');
    });
  });

  describe('that was open before the window was loaded', () => {
    const restored = (): Stage =>
      new Stage(true, { computer: einstein, shell, memory: { terminalId: 'term_1' }, restored: true });

    it('connects when somebody comes to it, and remembers its shell', () => {
      const stage = restored();
      stage.pty.open({ rows: 30, columns: 100 });
      stage.pty.setDimensions({ rows: 30, columns: 101 });
      assert.deepEqual(stage.wishes, []);
      assert.deepEqual(stage.lines, ['Connects when you come to it.']);
      stage.pty.connectWhenShown();
      assert.equal(stage.wishes.length, 1);
      assert.deepEqual(stage.latest.request.memory, { terminalId: 'term_1' });
      assert.equal(stage.latest.request.shell.name, 'test');
    });

    it('connects once, where VS Code shows it before it opens it', () => {
      const stage = restored();
      stage.pty.connectWhenShown();
      assert.deepEqual(stage.wishes, []);
      stage.pty.open({ rows: 30, columns: 100 });
      assert.equal(stage.wishes.length, 1);
      assert.deepEqual(stage.lines, []);
    });

    it('asks the terminal emulator for its size, which VS Code does not correct', async () => {
      const stage = restored();
      stage.pty.open({ rows: 30, columns: 80 });
      stage.pty.connectWhenShown();
      const shell = await stage.grant();
      assert.equal(stage.text.split('\x1b[18t').length, 2);
      stage.pty.handleInput('l\x1b[8;12;91ts');
      assert.deepEqual(shell.sizes, [{ rows: 12, columns: 91 }]);
      stage.pty.handleInput('\x1b[8;12;91t');
      assert.equal(shell.typed, 'ls\x1b[8;12;91t', 'what nobody here asked for is for the program');
    });

    it('connects when something is typed', () => {
      const stage = restored();
      stage.pty.open(undefined);
      stage.pty.handleInput(enter);
      assert.equal(stage.wishes.length, 1);
    });
  });

  describe('that cannot be opened', () => {
    it('says why in red, each line whole, and what to do', async () => {
      const stage = new Stage();
      stage.pty.open(undefined);
      const error = new Error('It accepted none of the keys.\n  one: refused');
      await stage.deny(error);
      assert.deepEqual(stage.lines, [
        'It accepted none of the keys.',
        '  one: refused',
        'Press Enter to try again, Ctrl+C to close.',
      ]);
      assert.ok(stage.text.startsWith('\x1b[0m\x1b[31m'));
      assert.deepEqual(stage.failures, [error]);
      assert.deepEqual(stage.closes, [], 'the tab stays, so that it can be read');
      assert.equal(stage.names.at(-1), 'einstein (not connected)');
    });

    it('tries again at Enter', async () => {
      const stage = new Stage();
      stage.pty.open(undefined);
      await stage.deny(new Error('no luck'));
      stage.pty.handleInput(enter);
      assert.equal(stage.latest.options.evenFromError, false);
      await stage.grant();
      assert.equal(stage.names.at(-1), 'einstein');
    });

    it('because the computer needs attention, starts it at Enter, and only then', async () => {
      const stage = new Stage();
      stage.pty.open(undefined);
      await stage.deny(new LifecycleError('needsStart', einstein));
      assert.deepEqual(stage.lines, [
        'einstein needs attention: no memory left',
        'Press Enter to start it, Ctrl+C to close.',
      ]);
      stage.pty.handleInput(enter);
      assert.equal(stage.latest.options.evenFromError, true);
      await stage.deny(new Error('no luck'));
      stage.pty.handleInput(enter);
      assert.equal(stage.latest.options.evenFromError, false, 'the next try asks anew');
    });

    it('is not started from an error by a click', async () => {
      const stage = new Stage();
      stage.pty.open(undefined);
      await stage.deny(new LifecycleError('needsStart', einstein));
      stage.pty.retry();
      assert.equal(stage.latest.options.evenFromError, false);
    });

    it('after its tab was closed says nothing', async () => {
      const stage = new Stage(false);
      stage.pty.open(undefined);
      stage.pty.close();
      await stage.deny(new Error('no luck'));
      assert.deepEqual([stage.lines, stage.failures, stage.closes], [[], [], []]);
    });
  });
});
