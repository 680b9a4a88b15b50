import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Terminal as Xterm } from '@xterm/headless';
import { systemClock } from '../../../src/base/clock';
import { DrawAcks } from '../../../src/terminal/drawAcks';
import { OutputFlowControl, type PausableOutput } from '../../../src/terminal/outputFlowControl';
import { FakeClock, settled } from '../support/fakeClock';

const kilobyte = 1024;
/** Milliseconds after which an emulator that says nothing is not waited for. */
const timeoutMs = 1_000;
const question = new RegExp(String.raw`\x1b\[\?(\d+)\$p`, 'g');

/** A terminal emulator that draws so many characters a millisecond, and then answers what it is asked. */
class Emulator {
  readonly acks = new DrawAcks();
  /** All that was handed over, in the pieces it came in. */
  readonly pieces: string[] = [];
  /** Characters handed over and not drawn yet, and the most there were of them. */
  behind = 0;
  most = 0;
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly clock: FakeClock,
    private readonly speed: number,
  ) {}

  /** Text that the terminal shows: all that was drawn, without the queries. */
  get text(): string {
    return this.pieces.join('').replace(question, '');
  }

  write(text: string): void {
    this.pieces.push(text);
    if (this.speed === Infinity) return;
    this.behind += text.length;
    this.most = Math.max(this.most, this.behind);
    this.last = this.last.then(() => this.draw(text));
  }

  private async draw(text: string): Promise<void> {
    await this.clock.delay(text.length / this.speed);
    this.behind -= text.length;
    for (const [, mode] of text.matchAll(question)) this.acks.consume(`\x1b[?${mode};0$y`);
  }
}

/** A pump between a session and an emulator, with the time in the hand of the test. */
class PumpBench {
  readonly clock = new FakeClock();
  readonly emulator: Emulator;
  readonly pump: OutputFlowControl;

  /** @param speed of the emulator, in characters a millisecond; by default it says nothing of what it draws */
  constructor(
    speed = Infinity,
    source: PausableOutput = { pause: () => undefined, resume: () => undefined },
  ) {
    this.emulator = new Emulator(this.clock, speed);
    const draw = (text: string): void => this.emulator.write(text);
    this.pump = new OutputFlowControl(source, draw, this.emulator.acks, this.clock);
  }

  push(text: string): void {
    this.pump.push(Buffer.from(text));
  }

  /** Pushes pieces, ends, and lets everything be drawn. @returns it all */
  async draws(...pieces: Uint8Array[]): Promise<string> {
    for (const piece of pieces) this.pump.push(piece);
    await this.ends();
    return this.emulator.text;
  }

  async ends(): Promise<void> {
    let ends = 0;
    this.pump.end(() => (ends += 1));
    await this.clock.advance(60_000);
    assert.equal(ends, 1);
    assert.equal(this.clock.waiting, 0);
  }
}

/** Output that comes as fast as it is taken, in pieces of one size. */
class Flood implements PausableOutput {
  sent = 0;
  pauses = 0;
  pump: OutputFlowControl | undefined;
  private paused = false;

  constructor(
    private readonly output: Uint8Array,
    private readonly size: number,
  ) {}

  pause(): void {
    assert.equal(this.paused, false);
    this.paused = true;
    this.pauses += 1;
  }

  resume(): void {
    assert.equal(this.paused, true);
    this.paused = false;
    this.flow();
  }

  flow(): void {
    while (!this.paused && this.sent < this.output.length) {
      const piece = this.output.subarray(this.sent, this.sent + this.size);
      this.sent += piece.length;
      this.pump?.push(piece);
    }
  }
}

/** A flood that has begun; the emulator draws 10 MB/s. */
function flooded(output: string | Uint8Array, size = 32 * kilobyte) {
  const source = new Flood(Buffer.from(output), size);
  const bench = new PumpBench(10_000, source);
  source.pump = bench.pump;
  source.flow();
  return { source, bench, emulator: bench.emulator };
}

/** Control characters to be seen, as a regular expression can name them. */
const visible = (text: string): string => text.replaceAll('\x1b', '␛').replaceAll('\x07', '␇');

const numbered = (count: number): string => Array.from({ length: count }, (_, i) => `line ${i}\r\n`).join('');

/** Every way to cut bytes into two, and into three. */
function* cuts(bytes: Uint8Array): Generator<Uint8Array[]> {
  for (let a = 0; a <= bytes.length; a += 1) {
    yield [bytes.subarray(0, a), bytes.subarray(a)];
    for (let b = a; b <= bytes.length; b += 1)
      yield [bytes.subarray(0, a), bytes.subarray(a, b), bytes.subarray(b)];
  }
}

describe('OutputFlowControl: characters', () => {
  it('keeps characters of one to four bytes whole, combined and joined ones too, wherever the output is cut', async () => {
    const text = '\uFEFFaé€😀ñ漢👍🏽e\u0301👩\u200d🚀🇩🇪z';
    for (const pieces of cuts(Buffer.from(text))) assert.equal(await new PumpBench().draws(...pieces), text);
  });

  it('draws each as soon as it is complete', () => {
    const bench = new PumpBench();
    for (const byte of Buffer.from('é😀')) bench.pump.push(Uint8Array.of(byte));
    assert.deepEqual(bench.emulator.pieces, ['é', '😀']);
  });

  for (const [what, bytes] of [
    ['a byte that never occurs', [0x61, 0xff, 0x62]],
    ['a lone continuation', [0x61, 0x80, 0x62]],
    ['a character broken off by another', [0xe2, 0x82, 0x61, 0xc3, 0xa9]],
    ['an overlong form', [0xc0, 0x80, 0x61]],
    ['half of a surrogate pair', [0xed, 0xa0, 0x80, 0x61]],
    ['a number beyond Unicode', [0xf5, 0x90, 0x80, 0x80, 0x61]],
    ['a character broken off by the end', [0x61, 0xf0, 0x9f, 0x98]],
  ] as const) {
    it(`marks ${what} like the whole text would, wherever it is cut`, async () => {
      const whole = new TextDecoder().decode(Uint8Array.from(bytes));
      assert.match(whole, /\uFFFD/);
      for (const pieces of cuts(Uint8Array.from(bytes)))
        assert.equal(await new PumpBench().draws(...pieces), whole);
    });
  }
});

describe('OutputFlowControl: small output', () => {
  it('is drawn at once, piece by piece, and asks nothing of the emulator', () => {
    const bench = new PumpBench();
    for (const text of ['prompt$ ', 'l', 's', '\r\n']) bench.push(text);
    assert.deepEqual(bench.emulator.pieces, ['prompt$ ', 'l', 's', '\r\n']);
    assert.equal(bench.clock.waiting, 0);
  });

  it('is drawn at once again after a flood', async () => {
    const { bench, emulator } = flooded(numbered(500_000));
    await bench.clock.advance(10_000);
    bench.push('$ ');
    assert.equal(emulator.pieces.at(-1), '$ ');
  });
});

describe('OutputFlowControl: a flood', () => {
  it('of 100 MB arrives whole and in order while little of it waits', async () => {
    const lines = numbered(1_000);
    const times = Math.ceil((100 * kilobyte * kilobyte) / lines.length);
    const { source, bench, emulator } = flooded(lines.repeat(times), 7_001);
    let drawn = 0;
    let rest = '';
    let highest = 0;
    for (let ms = 0; ms < 20_000 && (drawn < source.sent || ms === 0); ms += 10) {
      await bench.clock.advance(10);
      rest += emulator.text;
      drawn += Buffer.byteLength(emulator.text);
      emulator.pieces.length = 0;
      highest = Math.max(highest, source.sent - drawn);
      for (; rest.length >= lines.length; rest = rest.slice(lines.length))
        assert.ok(rest.startsWith(lines), `something else came before byte ${drawn}`);
    }
    assert.equal(drawn, lines.length * times);
    assert.equal(rest, '');
    assert.ok(highest <= (512 + 8) * kilobyte, `${highest} bytes waited`);
    assert.ok(emulator.most <= 257 * kilobyte, `${emulator.most} characters were too much for the emulator`);
    assert.ok(source.pauses > 100, 'the source is held back');
  });

  it('is drawn in large batches, and never runs dry', async () => {
    const { bench, emulator } = flooded(numbered(500_000), 1_000);
    const before = emulator.pieces.length;
    for (let i = 0; i < 20; i += 1) {
      await bench.clock.advance(10);
      assert.ok(emulator.behind > 128 * kilobyte, `${emulator.behind}`);
    }
    for (const piece of emulator.pieces.slice(before))
      assert.ok(piece.length > 60 * kilobyte, `${piece.length}`);
  });

  it('inserts no query into a character or a sequence', async () => {
    const parts = [
      '\x1b[38;5;200m',
      'ü',
      '😀',
      '\x1b]0;title\x07',
      'x'.repeat(50),
      '\x1b[0m',
      'é',
      '\x1bP1;2|',
    ];
    let text = '';
    for (let i = 0; text.length < 3 * kilobyte * kilobyte; i = (i * 7 + 5) % 1_009)
      text += (parts[i % 8] ?? '') + (i % 8 === 7 ? 'data\x1b\\' : '');
    const { bench, emulator } = flooded(text, 9_973);
    await bench.ends();
    assert.ok(emulator.text === text);
    const asked = emulator.pieces
      .join('')
      .split(question)
      .filter((_, i) => i % 2 === 0);
    assert.ok(asked.length > 10);
    for (const before of asked) {
      const text = visible(before).replace(/␛(?:\[[\d;?]*[a-zA-Z]|\].*?␇|P.*?␛\\)/gs, '');
      assert.ok(!/[␛\uFFFD]/.test(text), text.slice(-50));
    }
  });

  it('writes one batch at a time, so that the window does not freeze for several', async () => {
    const { bench, emulator } = flooded(numbered(500_000));
    await bench.clock.advance(1);
    const before = emulator.pieces.length;
    await bench.clock.advance(4);
    assert.equal(emulator.pieces.length, before + 1);
  });

  it('cools down while a marked command runs, and only then', async () => {
    const output = numbered(450_000);
    const { bench, emulator } = flooded(`\x1b]633;C\x07${output}\x1b]633;D;0\x07${output}`);
    const pauses: number[] = [];
    let last = bench.clock.now();
    for (let pieces = 0; pieces === 0 || emulator.behind > 0 || emulator.text.length < 2 * output.length;) {
      await bench.clock.advance(1);
      if (emulator.pieces.length === pieces) continue;
      pieces = emulator.pieces.length;
      if (bench.clock.now() - last > 50) pauses.push(emulator.text.length);
      last = bench.clock.now();
    }
    assert.deepEqual(
      pauses.map((at) => Math.round(at / (2 * kilobyte * kilobyte))),
      [1, 2],
    );
    assert.ok(emulator.text.endsWith(output));
  });

  it('goes on without acks, slowly', async () => {
    const source = new Flood(Buffer.alloc(2 * kilobyte * kilobyte, 'x'), 32 * kilobyte);
    const bench = new PumpBench(Infinity, source);
    source.pump = bench.pump;
    source.flow();
    await bench.clock.advance(20 * timeoutMs);
    assert.equal(bench.emulator.text.length, 2 * kilobyte * kilobyte);
    assert.equal(bench.clock.waiting, 0);
  });

  it('goes on within an endless string, where no query can be inserted', async () => {
    const { bench, emulator } = flooded(`\x1b]1337;File=:${'A'.repeat(4 * kilobyte * kilobyte)}`);
    await bench.clock.advance(1_000);
    assert.ok(emulator.text.length > 4 * kilobyte * kilobyte);
    assert.ok(emulator.pieces.join('') === emulator.text);
  });

  it('pauses the source above the high watermark, and resumes it below the low one', async () => {
    const reported: string[] = [];
    const source = { pause: () => reported.push('pause'), resume: () => reported.push('resume') };
    const { pump, clock } = new PumpBench(64 * kilobyte, source);
    pump.push(Buffer.alloc(64 * kilobyte, 'x'));
    pump.push(Buffer.alloc(512 * kilobyte, 'x'));
    assert.deepEqual(reported, []);
    pump.push(Buffer.alloc(1, 'x'));
    assert.deepEqual(reported, ['pause']);
    await clock.advance(34);
    assert.deepEqual(reported, ['pause']);
    await clock.advance(2);
    assert.deepEqual(reported, ['pause', 'resume']);
  });
});

describe('OutputFlowControl: Ctrl+C in a flood', () => {
  const mark = /\r?\n?␛\[2m… (\d+\.\d) MB skipped␛\[22m\r\n/;
  const prompt = '^C\r\n$ ';

  async function midFlood(output: string): Promise<ReturnType<typeof flooded>> {
    const begun = flooded(output);
    await begun.bench.clock.advance(60);
    return begun;
  }

  it('discards the backlog, reports how much, and draws the last lines and the prompt', async () => {
    const { source, bench, emulator } = await midFlood(numbered(300_000) + prompt);
    bench.pump.interrupt();
    await bench.clock.advance(200);
    assert.ok(emulator.text.endsWith(prompt));
    const [before = '', skipped, after = ''] = visible(emulator.text).split(mark);
    assert.ok(numbered(300_000).startsWith(before));
    assert.deepEqual(after.split('\r\n'), ['line 299997', 'line 299998', 'line 299999', '^C', '$ ']);
    assert.equal(skipped, ((source.sent - before.length - after.length) / 1e6).toFixed(1));
  });

  it('discards output that arrives after the key, too', async () => {
    const bench = new PumpBench(10_000);
    for (let i = 0; i < 20; i += 1) {
      bench.push(numbered(6_000));
      await bench.clock.advance(10);
    }
    await bench.clock.advance(20);
    assert.equal(bench.emulator.behind, 0);
    bench.pump.interrupt();
    bench.push(numbered(100_000) + prompt);
    await bench.clock.advance(200);
    assert.match(visible(bench.emulator.text).slice(-200), /… 1\.2 MB skipped.*\r\n\^C\r\n\$ $/s);
  });

  it('begins the notice on a line of its own', async () => {
    const { bench, emulator } = await midFlood('x'.repeat(3_000_000) + prompt);
    bench.pump.interrupt();
    await bench.clock.advance(200);
    const end = visible(emulator.text).slice(-1_100);
    assert.match(end, /x\r\n␛\[2m… 2\.\d MB skipped␛\[22m\r\nx{900,}\^C\r\n\$ $/);
  });

  it('resumes drawing at the first sequence that does more than colour', async () => {
    const end = '^C\r\n\x1b[?2004h\x1b]0;title\x07$ ';
    const { bench, emulator } = await midFlood(numbered(300_000));
    bench.pump.interrupt();
    bench.push(end);
    await bench.clock.advance(29);
    assert.ok(emulator.text.endsWith(end));
  });

  it('keeps the colours of discarded output', async () => {
    const colours = ['\x1b[31mred\r\n', '\x1b[0m', '\x1b[44m', 'on blue\x1b[K\r\n', '\x1b[1mbold\r\n'].join(
      '',
    );
    const { bench, emulator } = await midFlood(numbered(100_000) + colours + numbered(100_000) + prompt);
    bench.pump.interrupt();
    await bench.clock.advance(200);
    const [, , after = ''] = visible(emulator.text).split(mark);
    assert.ok(after.startsWith('␛[0m␛[44m␛[1mline 99997\r\n'));
  });

  it('splits no character and no sequence', async () => {
    const unit = '\x1b[38;5;208m😀é€';
    for (let cut = 0; cut < Buffer.byteLength(unit); cut += 1) {
      const { bench, emulator } = await midFlood('-'.repeat(cut) + unit.repeat(50_000) + prompt);
      bench.pump.interrupt();
      await bench.clock.advance(200);
      const [before = '', , after = ''] = visible(emulator.text).split(mark);
      if (after === '') continue; // In the middle of one it does not even begin.
      const whole = /^(?:-|␛\[38;5;208m|[😀é€])*$/u;
      assert.match(before, whole);
      assert.match(after.slice(0, -prompt.length), whole);
    }
  });

  it('does not hold back a program that ignores the interrupt', async () => {
    const { source, bench, emulator } = await midFlood(numbered(1_000_000));
    bench.pump.interrupt();
    await bench.clock.advance(10_000);
    assert.match(emulator.text.slice(0, 2_000_000), /… 8\.\d MB skipped/);
    assert.ok(emulator.text.endsWith('line 999999\r\n'));
    assert.equal(source.sent, numbered(1_000_000).length);
  });

  for (const [who, begins, ends] of [
    ['on the alternate screen', '\x1b[?1049h', '\x1b[?1049l'],
    ['that scrolls a part of the screen', '\x1b[1;24r', '\x1b[r'],
  ] as const) {
    it(`discards nothing of a program ${who}`, async () => {
      const { bench, emulator } = await midFlood(begins + numbered(300_000) + ends + numbered(300_000));
      bench.pump.interrupt();
      await bench.clock.advance(500);
      assert.ok(!emulator.text.includes('skipped'));
      assert.ok(emulator.text.includes(ends));
      bench.pump.interrupt();
      await bench.clock.advance(1_000);
      assert.ok(emulator.text.includes('skipped'));
    });
  }

  it('does nothing where there is no flood', async () => {
    const bench = new PumpBench();
    bench.push(numbered(1_000));
    bench.pump.interrupt();
    bench.push(numbered(1_000));
    await bench.ends();
    assert.equal(bench.emulator.text, numbered(1_000).repeat(2));
  });

  it('reports a small amount in KB', async () => {
    const { bench, emulator } = await midFlood(numbered(60_000));
    await bench.clock.advance(200);
    bench.pump.interrupt();
    bench.push(numbered(3_000) + prompt);
    await bench.clock.advance(200);
    assert.match(visible(emulator.text).slice(-200), /… 32 KB skipped.*\r\n\^C\r\n\$ $/s);
  });

  it('draws no notice where nothing was discarded', async () => {
    const { bench, emulator } = await midFlood(numbered(65_000));
    await bench.clock.advance(200);
    bench.pump.interrupt();
    bench.push(prompt);
    await bench.clock.advance(200);
    assert.ok(emulator.text === numbered(65_000) + prompt);
  });

  it('does not wait at the end of the session', async () => {
    const { bench, emulator } = await midFlood(numbered(300_000));
    bench.pump.interrupt();
    await bench.ends();
    assert.ok(
      emulator.text.endsWith(
        'skipped\x1b[22m\r\nline 299996\r\nline 299997\r\nline 299998\r\nline 299999\r\n',
      ),
    );
  });
});

describe('OutputFlowControl with the emulator of VS Code', () => {
  /** Draws output through a pump. @param interruptAt how many batches are drawn when Ctrl+C is typed */
  async function drawn(output: string, interruptAt = Infinity): Promise<Xterm> {
    const xterm = new Xterm({ cols: 80, rows: 24, scrollback: 5_000, allowProposedApi: true });
    const acks = new DrawAcks();
    const source = new Flood(Buffer.from(output), 32 * kilobyte);
    const pump = new OutputFlowControl(source, (text) => xterm.write(text), acks, systemClock);
    let answers = 0;
    xterm.onData((data) => {
      assert.equal(acks.consume(data), '');
      answers += 1;
      if (answers === interruptAt) pump.interrupt();
    });
    source.pump = pump;
    source.flow();
    while (source.sent < output.length) await systemClock.delay(5);
    await new Promise<void>((resolve) => pump.end(resolve));
    await new Promise<void>((resolve) => xterm.write('', resolve));
    assert.ok(answers >= Math.min(interruptAt, output.length / (64 * kilobyte)));
    return xterm;
  }

  const lines = ({ buffer }: Xterm): string[] =>
    Array.from({ length: buffer.active.length }, (_, i) => buffer.active.getLine(i)!.translateToString(true));

  const output = `${numbered(150_000)}\x1b[31mred\r\nred\r\nred\r\nred\r\n^C\r\n\x1b[?2004h\x1b]0;title\x07$ `;

  it('gets its acks, and draws the same as without them', async () => {
    const xterm = new Xterm({ cols: 80, rows: 24, scrollback: 5_000, allowProposedApi: true });
    await new Promise<void>((resolve) => xterm.write(output, resolve));
    assert.deepEqual(lines(await drawn(output)), lines(xterm));
  });

  it('draws the notice dimly, and ends in the state of the whole output', async () => {
    const xterm = await drawn(output, 10);
    const shown = lines(xterm);
    const mark = shown.findIndex((line) => /^… \d\.\d MB skipped$/.test(line));
    assert.match(shown[mark - 1]!, /^line \d+$/);
    assert.deepEqual(shown.slice(mark + 1), ['red', 'red', 'red', '^C', '$ ']);
    const first = (line: number) => xterm.buffer.active.getLine(line)!.getCell(0)!;
    assert.notEqual(first(mark).isDim(), 0);
    for (const line of [mark + 1, mark + 5]) {
      assert.equal(first(line).getFgColor(), 1);
      assert.equal(first(line).isDim(), 0);
    }
    assert.equal(xterm.modes.bracketedPasteMode, true);
  });
});

describe('OutputFlowControl: the end', () => {
  it('comes at once when there is nothing left', () => {
    let ended = false;
    new PumpBench().pump.end(() => (ended = true));
    assert.equal(ended, true);
  });

  it('comes after all output was drawn, once', async () => {
    const { bench, emulator } = flooded(numbered(60_000));
    const behind: number[] = [];
    bench.pump.end(() => behind.push(emulator.behind));
    await settled();
    assert.deepEqual(behind, []);
    await bench.clock.advance(10_000);
    assert.equal(behind.length, 1);
    assert.ok(behind[0]! < 32 * kilobyte, `${behind[0]} characters were not drawn yet`);
    assert.ok(emulator.text === numbered(60_000));
  });
});

describe('DrawAcks', () => {
  it('are removed from typed text and from answers to programs', () => {
    const acks = new DrawAcks();
    let drawn = 0;
    const [, mode] = new RegExp(question).exec(acks.request(() => (drawn += 1))) ?? [];
    const others = '\x1b[?2026;2$y\x1b[5;7R';
    assert.equal(acks.consume(`ls${others}`), `ls${others}`);
    assert.equal(drawn, 0);
    assert.equal(acks.consume(`ls\x1b[?${mode};0$y${others}\r`), `ls${others}\r`);
    assert.equal(drawn, 1);
    // Late or twice, they are no input either.
    assert.equal(acks.consume(`\x1b[?${mode};0$y`), '');
    assert.equal(drawn, 1);
  });

  it('count for earlier ones that were lost', () => {
    const acks = new DrawAcks();
    const drawn: number[] = [];
    acks.request(() => drawn.push(1));
    const [, mode] = new RegExp(question).exec(acks.request(() => drawn.push(2))) ?? [];
    acks.request(() => drawn.push(3));
    acks.consume(`\x1b[?${mode};0$y`);
    assert.deepEqual(drawn, [1, 2]);
  });
});
