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
import type { Session, SessionRequest, ShellFacts, ShellOptions, Size } from '../../src/shell/shellSession';
import { ComputerTerminal, type ComputerTerminalOptions } from '../../src/terminal/computerTerminal';
import { until } from '../harness/until';
import { wire } from '../unit/support/computers';
import { type Deferred, deferred } from '../unit/support/deferred';
import { settled } from '../unit/support/fakeClock';
import { FakeSession } from '../unit/support/fakeSession';

const einstein = computerFrom(wire('cmp_1', 'error', { name: 'einstein', last_error: 'no memory left' }));
const shell: ShellOptions = { persistence: 'off', name: 'test', cwd: '', nonce: undefined };
/** DECSTR, which stripVTControlCharacters leaves in. */
const softReset = '\x1b[!p';
/** Matches queries of a private mode (DECRQM). */
const modeQuery = new RegExp(String.raw`\x1b\[\?(\d+)\$p`, 'g');
const ctrlC = '\x03';
const ctrlD = '\x04';
const enter = '\r';

/** A request to open a session, which the test resolves or rejects. */
interface OpenRequest {
  readonly id: string;
  readonly request: SessionRequest;
  readonly options: ConnectorOptions;
  readonly outcome: Deferred<Session>;
}

/** A terminal with a connector that the test controls; it records what the terminal gives to VS Code. */
class TerminalHarness {
  readonly requests: OpenRequest[] = [];
  readonly failures: unknown[] = [];
  readonly written: string[] = [];
  readonly names: string[] = [];
  readonly closes: (number | undefined)[] = [];
  readonly reconnections: {
    progress: Progress;
    signal: AbortSignal;
    rapidDisconnects: number | undefined;
    outcome: Deferred<Session>;
  }[] = [];
  retries = 0;
  running = true;
  readonly pty: ComputerTerminal;

  constructor(
    /** Makes an open request end at once when it is cancelled, as it should; default true. */
    private readonly endsOnCancel = true,
    options: ComputerTerminalOptions = { computer: einstein, shell, memory: {} },
  ) {
    this.pty = new ComputerTerminal(options, {
      reconnection: () => ({
        run: (_computer, _request, progress, signal, rapidDisconnects) => {
          const outcome = deferred<Session>();
          this.reconnections.push({ progress, signal, rapidDisconnects, outcome });
          return abortable(outcome.promise, signal);
        },
        retryNow: () => void (this.retries += 1),
      }),
      isRunning: () => Promise.resolve(this.running),
      connector: {
        open: (id, request, options) => this.openRequest({ id, request, options, outcome: deferred() }),
      },
      clock: systemClock,
      log: silentLog,
      onFailure: (error) => this.failures.push(error),
    });
    this.pty.onDidWrite((text) => this.show(text));
    this.pty.onDidChangeName((name) => this.names.push(name));
    (this.pty.onDidClose as vscode.Event<number | undefined>)((code) => this.closes.push(code));
  }

  /** Opens a terminal, with a shell. */
  static async withShell(): Promise<{ harness: TerminalHarness; shell: FakeSession }> {
    const harness = new TerminalHarness();
    harness.pty.open({ rows: 30, columns: 100 });
    const shell = await harness.open();
    return { harness, shell };
  }

  get latest(): OpenRequest {
    return this.requests.at(-1)!;
  }

  get text(): string {
    return this.written.join('');
  }

  /** The lines written, without control sequences. */
  get lines(): string[] {
    return stripVTControlCharacters(this.text.replaceAll(softReset, '')).split('\r\n').filter(Boolean);
  }

  /** Resolves the latest reconnection. */
  async reconnect(facts?: ShellFacts | Promise<ShellFacts>): Promise<FakeSession> {
    const shell = new FakeSession(facts);
    this.reconnections.at(-1)!.outcome.resolve(shell);
    await settled();
    return shell;
  }

  async open(): Promise<FakeSession> {
    const shell = new FakeSession();
    this.latest.outcome.resolve(shell);
    await settled();
    return shell;
  }

  async fail(error: Error): Promise<void> {
    this.latest.outcome.reject(error);
    await settled();
  }

  /** Answers mode queries, as the terminal emulator does once it has drawn what came before, and does not show them. */
  private show(text: string): void {
    this.written.push(text.replaceAll(modeQuery, ''));
    for (const [, number] of text.matchAll(modeQuery))
      setImmediate(() => this.pty.handleInput(`\x1b[?${number};0$y`));
  }

  private openRequest(openRequest: OpenRequest): Promise<Session> {
    this.requests.push(openRequest);
    // Every transport asks for the size.
    void openRequest.request.size();
    return this.endsOnCancel
      ? abortable(openRequest.outcome.promise, openRequest.options.signal)
      : openRequest.outcome.promise;
  }
}

describe('the terminal of a computer', () => {
  describe('while it opens', () => {
    it('requests a shell on its computer, and does not start one from an error by itself', async () => {
      const harness = new TerminalHarness();
      harness.pty.open({ rows: 30, columns: 100 });
      const { id, request, options } = harness.latest;
      assert.equal(id, 'cmp_1');
      assert.deepEqual(await request.size(), { rows: 30, columns: 100 });
      assert.equal(request.env.COLORTERM, 'truecolor');
      assert.match(request.env.LANG!, /utf-?8/i);
      assert.equal(options.startFromError, false);
    });

    it('requests one shell where VS Code shows the terminal before it opens it', () => {
      const harness = new TerminalHarness();
      harness.pty.connectWhenShown();
      harness.pty.open({ rows: 30, columns: 100 });
      assert.equal(harness.requests.length, 1);
    });

    it('writes each step in a dim line of its own', () => {
      const harness = new TerminalHarness();
      harness.pty.open(undefined);
      harness.latest.options.progress.report('Starting it…');
      assert.equal(harness.text, '\x1b[0m\x1b[2mStarting it…\x1b[0m\r\n');
    });

    it('shows the phase in the name of its tab', async () => {
      const harness = new TerminalHarness();
      harness.pty.open(undefined);
      harness.latest.options.progress.phase('starting');
      harness.latest.options.progress.phase('connecting');
      await harness.open();
      assert.deepEqual(harness.names, ['einstein (starting)', 'einstein (connecting)', 'einstein']);
    });

    it('keeps typed text, and sends it to the shell once', async () => {
      const harness = new TerminalHarness();
      harness.pty.open(undefined);
      for (const key of ['l', 's', ' ', 'ü', enter]) harness.pty.handleInput(key);
      const shell = await harness.open();
      assert.equal(shell.typed, 'ls ü\r');
      harness.pty.handleInput('x');
      assert.equal(shell.typed, 'ls ü\rx');
    });

    it('keeps at most 64 KiB of typed text', async () => {
      const harness = new TerminalHarness();
      harness.pty.open(undefined);
      for (let i = 0; i < 100; i += 1) harness.pty.handleInput('x'.repeat(1024));
      assert.equal((await harness.open()).typed.length, 64 * 1024);
    });

    it('uses a default size until VS Code sets one, then the latest', async () => {
      const harness = new TerminalHarness();
      harness.pty.open(undefined);
      assert.deepEqual(await harness.latest.request.size(), { rows: 24, columns: 80 });
      harness.pty.setDimensions({ rows: 30, columns: 100 });
      assert.deepEqual(await harness.latest.request.size(), { rows: 30, columns: 100 });
      harness.pty.setDimensions({ rows: 40, columns: 120 });
      const shell = await harness.open();
      assert.deepEqual(shell.sizes, [{ rows: 40, columns: 120 }]);
    });

    it('connects before VS Code opens it, and starts its shell once the size is known', async () => {
      const harness = new TerminalHarness();
      harness.pty.start(undefined);
      harness.latest.options.progress.report('Starting it…');
      const sizes: Size[] = [];
      void harness.latest.request.size().then((size) => sizes.push(size));
      await settled();
      assert.deepEqual([harness.text, sizes], ['', []]);
      harness.pty.open({ rows: 30, columns: 100 });
      await settled();
      assert.equal(harness.requests.length, 1);
      assert.deepEqual(harness.lines, ['Starting it…']);
      assert.deepEqual(sizes, [{ rows: 30, columns: 100 }]);
    });

    it('starts its shell at once with a guessed size, and corrects that', async () => {
      for (const [rows, resizes] of [
        [30, []],
        [31, [{ rows: 31, columns: 100 }]],
      ] as const) {
        const harness = new TerminalHarness();
        harness.pty.start({ rows: 30, columns: 100 });
        const shell = await harness.open();
        shell.prints('$ ');
        await settled();
        assert.equal(harness.text, '');
        harness.pty.open({ rows, columns: 100 });
        assert.equal(harness.text, '$ ');
        assert.deepEqual(shell.sizes, resizes);
      }
    });

    it('closes with the exit code of a shell that exits before VS Code opens it', async () => {
      const harness = new TerminalHarness();
      harness.pty.start({ rows: 30, columns: 100 });
      (await harness.open()).exits(7);
      await until('its end', () => harness.pty.state === 'closed');
      assert.deepEqual(harness.closes, []);
      harness.pty.open({ rows: 30, columns: 100 });
      assert.deepEqual(harness.closes, [7]);
    });

    it('cancels its request when it is closed before VS Code opens it', () => {
      const harness = new TerminalHarness();
      harness.pty.start(undefined);
      harness.pty.close();
      assert.ok(harness.latest.options.signal.aborted);
    });

    it('sends no size that the shell already has', async () => {
      const { harness, shell } = await TerminalHarness.withShell();
      assert.deepEqual(shell.sizes, []);
      harness.pty.setDimensions({ rows: 10, columns: 20 });
      assert.deepEqual(shell.sizes, [{ rows: 10, columns: 20 }]);
    });

    it('cancels its request when its tab is closed', async () => {
      const harness = new TerminalHarness();
      harness.pty.open(undefined);
      harness.pty.close();
      await settled();
      assert.equal(harness.latest.options.signal.aborted, true);
      assert.deepEqual([harness.lines, harness.closes, harness.failures], [[], [], []]);
    });

    it('closes a shell that opens after its tab was closed', async () => {
      const harness = new TerminalHarness(false);
      harness.pty.open(undefined);
      harness.pty.close();
      const shell = await harness.open();
      assert.equal(shell.closed, 1);
      assert.equal(shell.listeners, 0);
    });

    it('cancels at Ctrl+C; Enter tries again, without the text typed before', async () => {
      const harness = new TerminalHarness();
      harness.pty.open(undefined);
      harness.pty.handleInput('rm -rf x');
      harness.pty.handleInput(ctrlC);
      await settled();
      assert.equal(harness.latest.options.signal.aborted, true);
      assert.deepEqual(harness.lines, ['Cancelled. Press Enter to try again, Ctrl+C to close.']);
      assert.deepEqual(harness.names.at(-1), 'einstein (not connected)');
      assert.deepEqual(harness.failures, []);
      harness.pty.handleInput(enter);
      assert.equal(harness.requests.length, 2);
      assert.equal((await harness.open()).typed, '');
    });

    it('cancels at Ctrl+C even if the shell opens all the same', async () => {
      const harness = new TerminalHarness(false);
      harness.pty.open(undefined);
      harness.pty.handleInput(ctrlC);
      const shell = await harness.open();
      assert.equal(shell.closed, 1);
      assert.deepEqual(harness.lines, ['Cancelled. Press Enter to try again, Ctrl+C to close.']);
      harness.pty.handleInput(enter);
      assert.equal(harness.requests.length, 2);
    });
  });

  describe('with a shell', () => {
    it('writes output in whole characters only', async () => {
      const { harness, shell } = await TerminalHarness.withShell();
      const bytes = Buffer.from('ohm@einstein:~$ 漢');
      shell.prints(bytes.subarray(0, -1));
      shell.prints(bytes.subarray(-1));
      await until('the output', () => harness.text.endsWith('漢'));
      assert.equal(harness.text, 'ohm@einstein:~$ 漢');
    });

    it('pauses a flood of output, and resumes it', async () => {
      const { harness, shell } = await TerminalHarness.withShell();
      const flood = 'x'.repeat(1024 * 1024);
      shell.prints(flood);
      assert.deepEqual(shell.flow, ['pause']);
      await until('all of it', () => harness.text.length === flood.length);
      assert.deepEqual(shell.flow, ['pause', 'resume']);
    });

    it('passes on Ctrl+C, even in a flood', async () => {
      const { harness, shell } = await TerminalHarness.withShell();
      shell.prints('x'.repeat(1024 * 1024));
      harness.pty.handleInput(ctrlC);
      assert.equal(shell.typed, ctrlC);
    });

    for (const code of [0, 7, undefined]) {
      it(`closes with the exit code of its shell: ${code}`, async () => {
        const { harness, shell } = await TerminalHarness.withShell();
        shell.prints('logout\r\n');
        shell.ends({ kind: 'exited', code, signal: undefined });
        await until('the end', () => harness.closes.length === 1);
        assert.deepEqual(harness.closes, [code]);
        assert.equal(harness.text, 'logout\r\n');
      });
    }

    it('writes all output before it closes', async () => {
      const { harness, shell } = await TerminalHarness.withShell();
      const flood = 'x'.repeat(700 * 1024);
      shell.prints(flood);
      shell.exits(0);
      assert.deepEqual(harness.closes, []);
      await until('the end', () => harness.closes.length === 1);
      assert.equal(harness.text, flood);
    });

    it('closes the shell with its tab, and writes nothing more', async () => {
      const { harness, shell } = await TerminalHarness.withShell();
      harness.pty.close();
      assert.equal(shell.closed, 1);
      shell.ends({ kind: 'lost', cause: undefined });
      await settled();
      assert.deepEqual([harness.lines, harness.closes], [[], []]);
    });
  });

  describe('that lost its connection', () => {
    const stopped = new LifecycleError('stopped', einstein);

    async function lost(cause: Error | undefined = new Error('read ECONNRESET')): Promise<TerminalHarness> {
      const { harness, shell } = await TerminalHarness.withShell();
      shell.prints('half a li');
      shell.ends({ kind: 'lost', cause });
      await until('the reconnection', () => harness.reconnections.length === 1);
      return harness;
    }

    it('reports that and the cause below the output, resets terminal modes, and reconnects', async () => {
      const harness = await lost();
      assert.deepEqual(harness.lines, ['half a li', 'The connection to einstein was lost: read ECONNRESET']);
      assert.match(
        harness.text.replaceAll('\x1b', '␛'),
        /half a li␛\[\?1047l(?:␛\[\?\d+l)+␛\[!p␛\[\?25h\r\n/,
      );
      assert.deepEqual(harness.closes, []);
    });

    it('reports that without a cause where none is known', async () => {
      const { harness, shell } = await TerminalHarness.withShell();
      shell.ends({ kind: 'lost', cause: undefined });
      await until('the reconnection', () => harness.reconnections.length === 1);
      assert.deepEqual(harness.lines, ['The connection to einstein was lost.']);
    });

    it('works as before once reconnected, and says that the shell is new', async () => {
      const harness = await lost();
      harness.reconnections[0]!.progress.phase('reconnecting');
      const shell = await harness.reconnect();
      assert.equal(
        harness.lines.at(-1),
        'Reconnected. This is a new shell, because the previous one has ended.',
      );
      assert.deepEqual(harness.names.slice(-2), ['einstein (reconnecting)', 'einstein']);
      shell.prints('again$ ');
      assert.ok(harness.text.endsWith('again$ '));
      harness.pty.handleInput('ls');
      assert.equal(shell.typed, 'ls');
    });

    it('says nothing about the shell where the connection is lost again before it is known', async () => {
      const harness = await lost();
      const facts = deferred<ShellFacts>();
      const shell = await harness.reconnect(facts.promise);
      // Every session resolves its facts before it ends.
      facts.resolve({ persistedBy: undefined, resumed: false });
      shell.ends({ kind: 'lost', cause: undefined });
      await until('the next reconnection', () => harness.reconnections.length === 2);
      assert.deepEqual(harness.lines.slice(-1), ['The connection to einstein was lost.']);
      assert.ok(!harness.text.includes('Reconnected'));
    });

    it('reattaches to a persistent shell, whose screen is drawn below the old output', async () => {
      const harness = await lost();
      const shell = await harness.reconnect({ persistedBy: 'tmux', resumed: true });
      shell.prints('the screen');
      await until('the screen', () => harness.text.endsWith('the screen'));
      assert.match(harness.text.replaceAll('\x1b', '␛'), /Reconnected\.␛\[0m\r\n(?:\r\n){30}the screen$/);
    });

    it('drops text typed meanwhile; Enter retries at once', async () => {
      const harness = await lost();
      for (const key of ['r', 'm', enter]) harness.pty.handleInput(key);
      assert.equal(harness.retries, 1);
      assert.equal((await harness.reconnect()).typed, '');
    });

    it('cancels at Ctrl+C; Enter connects anew', async () => {
      const harness = await lost();
      harness.pty.handleInput(ctrlC);
      await settled();
      assert.equal(harness.lines.at(-1), 'Cancelled. Press Enter to try again, Ctrl+C to close.');
      harness.pty.handleInput(enter);
      assert.equal(harness.requests.length, 2);
    });

    it('leaves a stopped computer stopped, and starts it at Enter', async () => {
      const harness = await lost();
      harness.reconnections[0]!.outcome.reject(stopped);
      await settled();
      assert.deepEqual(harness.lines.slice(-2), [
        'einstein was stopped.',
        'Press Enter to start it, Ctrl+C to close.',
      ]);
      assert.equal(harness.names.at(-1), 'einstein (not connected)');
      assert.deepEqual(harness.failures, []);
      harness.pty.handleInput(enter);
      assert.equal(harness.requests.length, 2);
      assert.equal(harness.latest.options.startFromError, false);
    });

    it('counts rapid disconnects for the back-off', async () => {
      const harness = await lost();
      assert.equal(harness.reconnections[0]!.rapidDisconnects, 1);
      (await harness.reconnect()).ends({ kind: 'lost', cause: undefined });
      await until('the next reconnection', () => harness.reconnections.length === 2);
      assert.equal(harness.reconnections[1]!.rapidDisconnects, 2);
    });

    it('probes its connection on a check, and retries a reconnection', async () => {
      const { harness, shell } = await TerminalHarness.withShell();
      harness.pty.checkConnection();
      assert.equal(shell.probed, 1);
      shell.ends({ kind: 'lost', cause: undefined });
      await until('the reconnection', () => harness.reconnections.length === 1);
      harness.pty.checkConnection();
      assert.equal(harness.retries, 1);
    });

    it('reconnects where a signal ended the shell because the computer went down', async () => {
      const { harness, shell } = await TerminalHarness.withShell();
      harness.running = false;
      shell.ends({ kind: 'exited', code: undefined, signal: 'SIGHUP' });
      await until('the reconnection', () => harness.reconnections.length === 1);
      assert.deepEqual(harness.closes, []);
    });

    it('closes where a signal ended just the shell', async () => {
      const { harness, shell } = await TerminalHarness.withShell();
      shell.ends({ kind: 'exited', code: undefined, signal: 'SIGKILL' });
      await until('the end', () => harness.closes.length === 1);
      assert.deepEqual(harness.reconnections, []);
    });

    for (const [name, key] of [
      ['Ctrl+C', ctrlC],
      ['Ctrl+D', ctrlD],
    ] as const) {
      it(`closes at ${name} where it cannot reconnect`, async () => {
        const harness = await lost();
        harness.reconnections[0]!.outcome.reject(stopped);
        await settled();
        for (const other of ['x', ' ', '\x1b[A']) harness.pty.handleInput(other);
        assert.deepEqual(harness.closes, []);
        harness.pty.handleInput(key);
        assert.deepEqual(harness.closes, [undefined]);
        harness.pty.handleInput(enter);
        assert.equal(harness.requests.length, 1);
      });
    }

    it('connects again when its computer is clicked', async () => {
      const harness = await lost();
      harness.reconnections[0]!.outcome.reject(stopped);
      await settled();
      harness.pty.retry();
      assert.equal(harness.requests.length, 2);
      harness.pty.retry();
      assert.equal(harness.requests.length, 2, 'a terminal that is opening is left alone');
    });
  });

  describe('restored after a reload', () => {
    const restored = (): TerminalHarness =>
      new TerminalHarness(true, {
        computer: einstein,
        shell,
        memory: { terminalId: 'term_1' },
        restored: true,
      });

    it('connects when it is shown, and remembers its shell', () => {
      const harness = restored();
      harness.pty.open({ rows: 30, columns: 100 });
      harness.pty.setDimensions({ rows: 30, columns: 101 });
      assert.deepEqual(harness.requests, []);
      assert.deepEqual(harness.lines, ['Connects when shown.']);
      harness.pty.connectWhenShown();
      assert.equal(harness.requests.length, 1);
      assert.deepEqual(harness.latest.request.memory, { terminalId: 'term_1' });
      assert.equal(harness.latest.request.shell.name, 'test');
    });

    it('connects once where VS Code shows it before it opens it', () => {
      const harness = restored();
      harness.pty.connectWhenShown();
      assert.deepEqual(harness.requests, []);
      harness.pty.open({ rows: 30, columns: 100 });
      assert.equal(harness.requests.length, 1);
      assert.deepEqual(harness.lines, []);
    });

    it('queries the terminal emulator for its size, which VS Code does not correct', async () => {
      const harness = restored();
      harness.pty.open({ rows: 30, columns: 80 });
      harness.pty.connectWhenShown();
      const shell = await harness.open();
      assert.equal(harness.text.split('\x1b[18t').length, 2);
      harness.pty.handleInput('l\x1b[8;12;91ts');
      assert.deepEqual(shell.sizes, [{ rows: 12, columns: 91 }]);
      harness.pty.handleInput('\x1b[8;12;91t');
      assert.equal(shell.typed, 'ls\x1b[8;12;91t', 'an answer without a query is passed to the program');
    });

    it('connects on typed text', () => {
      const harness = restored();
      harness.pty.open(undefined);
      harness.pty.handleInput(enter);
      assert.equal(harness.requests.length, 1);
    });
  });

  describe('that cannot be opened', () => {
    it('writes the reason in red, line by line, and what to do', async () => {
      const harness = new TerminalHarness();
      harness.pty.open(undefined);
      const error = new Error('It accepted none of the keys.\n  one: refused');
      await harness.fail(error);
      assert.deepEqual(harness.lines, [
        'It accepted none of the keys.',
        '  one: refused',
        'Press Enter to try again, Ctrl+C to close.',
      ]);
      assert.ok(harness.text.startsWith('\x1b[0m\x1b[31m'));
      assert.deepEqual(harness.failures, [error]);
      assert.deepEqual(harness.closes, [], 'the tab stays, so that it can be read');
      assert.equal(harness.names.at(-1), 'einstein (not connected)');
    });

    it('tries again at Enter', async () => {
      const harness = new TerminalHarness();
      harness.pty.open(undefined);
      await harness.fail(new Error('no luck'));
      harness.pty.handleInput(enter);
      assert.equal(harness.latest.options.startFromError, false);
      await harness.open();
      assert.equal(harness.names.at(-1), 'einstein');
    });

    it('because the computer needs attention starts it only at Enter', async () => {
      const harness = new TerminalHarness();
      harness.pty.open(undefined);
      await harness.fail(new LifecycleError('needsStart', einstein));
      assert.deepEqual(harness.lines, [
        'einstein needs attention: no memory left',
        'Press Enter to start it, Ctrl+C to close.',
      ]);
      harness.pty.handleInput(enter);
      assert.equal(harness.latest.options.startFromError, true);
      await harness.fail(new Error('no luck'));
      harness.pty.handleInput(enter);
      assert.equal(harness.latest.options.startFromError, false, 'the next attempt asks again');
    });

    it('does not start a computer from an error on a click', async () => {
      const harness = new TerminalHarness();
      harness.pty.open(undefined);
      await harness.fail(new LifecycleError('needsStart', einstein));
      harness.pty.retry();
      assert.equal(harness.latest.options.startFromError, false);
    });

    it('writes nothing after its tab was closed', async () => {
      const harness = new TerminalHarness(false);
      harness.pty.open(undefined);
      harness.pty.close();
      await harness.fail(new Error('no luck'));
      assert.deepEqual([harness.lines, harness.failures, harness.closes], [[], [], []]);
    });
  });
});
