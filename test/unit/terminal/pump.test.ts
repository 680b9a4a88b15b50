import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OutputPump, type Source } from '../../../src/terminal/pump';
import { FakeClock } from '../support/fakeClock';

const KB = 1024;
const tick = 8;

/** A pump with a clock in the hand of the test, and all that was drawn. */
class PumpBench {
  readonly clock = new FakeClock();
  readonly drawn: string[] = [];
  readonly pump: OutputPump;

  constructor(source: Source = { pause: () => undefined, resume: () => undefined }) {
    this.pump = new OutputPump(source, (text) => this.drawn.push(text), this.clock);
  }

  get text(): string {
    return this.drawn.join('');
  }

  /** Pushes pieces, ends, and lets everything be drawn. @returns it all */
  async draws(...pieces: Uint8Array[]): Promise<string> {
    for (const piece of pieces) this.pump.push(piece);
    let ends = 0;
    this.pump.end(() => (ends += 1));
    await this.clock.advance(1_000);
    assert.equal(ends, 1);
    return this.text;
  }
}

/** Output without end, as fast as it is taken. Each piece carries its number in every line. */
class Flood implements Source {
  sent = 0;
  pauses = 0;
  /** The most bytes that were sent but not yet drawn. */
  highest = 0;
  private paused = false;

  constructor(
    private readonly total: number,
    private readonly piece: Uint8Array,
    private readonly bench: () => { pump: OutputPump; drawnBytes: number },
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
    while (!this.paused && this.sent < this.total) {
      this.sent += this.piece.length;
      this.bench().pump.push(this.piece);
      this.highest = Math.max(this.highest, this.sent - this.bench().drawnBytes);
    }
  }
}

/** Every way to cut bytes into two, and into three. */
function* cuts(bytes: Uint8Array): Generator<Uint8Array[]> {
  for (let a = 0; a <= bytes.length; a += 1) {
    yield [bytes.subarray(0, a), bytes.subarray(a)];
    for (let b = a; b <= bytes.length; b += 1)
      yield [bytes.subarray(0, a), bytes.subarray(a, b), bytes.subarray(b)];
  }
}

describe('OutputPump: characters', () => {
  it('keeps characters of one to four bytes whole, wherever the output is cut', async () => {
    const text = 'aé€😀ñ漢👍🏽z';
    const bytes = Buffer.from(text);
    for (const pieces of cuts(bytes)) assert.equal(await new PumpBench().draws(...pieces), text);
  });

  it('keeps them whole byte by byte, each drawn as soon as it is complete', async () => {
    const bench = new PumpBench();
    for (const byte of Buffer.from('é😀')) {
      bench.pump.push(Uint8Array.of(byte));
      await bench.clock.advance(tick);
    }
    assert.deepEqual(
      bench.drawn.filter((text) => text !== ''),
      ['é', '😀'],
    );
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

describe('OutputPump: pace', () => {
  it('draws the first output at once, and again after a rest', async () => {
    const bench = new PumpBench();
    bench.pump.push(Buffer.from('prompt$ '));
    assert.deepEqual(bench.drawn, ['prompt$ ']);
    await bench.clock.advance(5 * tick);
    bench.pump.push(Buffer.from('l'));
    assert.deepEqual(bench.drawn, ['prompt$ ', 'l']);
  });

  it('leaves no timer behind when it rests', async () => {
    const bench = new PumpBench();
    bench.pump.push(Buffer.from('prompt$ '));
    await bench.clock.advance(tick);
    assert.equal(bench.clock.waiting, 0);
  });

  it('gathers what follows closely into one batch', async () => {
    const bench = new PumpBench();
    for (const text of ['one ', 'two ', 'three']) bench.pump.push(Buffer.from(text));
    await bench.clock.advance(tick - 1);
    assert.deepEqual(bench.drawn, ['one ']);
    await bench.clock.advance(1);
    assert.deepEqual(bench.drawn, ['one ', 'two three']);
  });
});

describe('OutputPump: a flood', () => {
  /** A flood of so many bytes, run to its end. */
  async function flood(
    total: number,
    piece: Uint8Array,
  ): Promise<{ source: Flood; perTick: number[]; text: string }> {
    let drawnBytes = 0;
    const source: Flood = new Flood(total, piece, () => ({ pump, drawnBytes }));
    const clock = new FakeClock();
    const perTick: number[] = [];
    const texts: string[] = [];
    let now = -1;
    const draw = (text: string): void => {
      drawnBytes += Buffer.byteLength(text);
      if (clock.now() === now) perTick[perTick.length - 1]! += text.length;
      else perTick.push(text.length);
      now = clock.now();
      if (total <= 4 * KB * KB) texts.push(text);
    };
    const pump = new OutputPump(source, draw, clock);
    source.flow();
    for (let ticks = 0; drawnBytes < total && ticks < 100_000; ticks += 1) await clock.advance(tick);
    assert.equal(drawnBytes, total);
    return { source, perTick, text: texts.join('') };
  }

  it('of 100 MB arrives whole while little of it waits', async () => {
    const { source } = await flood(100 * KB * KB, Buffer.alloc(32 * KB, 'x'));
    assert.ok(source.highest <= (512 + 32) * KB, `${source.highest} bytes waited`);
    assert.ok(source.pauses > 100, 'the source is held back');
  });

  it('is drawn in one batch a tick, so that the rest of VS Code goes on', async () => {
    const { perTick } = await flood(8 * KB * KB, Buffer.alloc(32 * KB, 'x'));
    assert.ok(Math.max(...perTick) <= 128 * KB, `${Math.max(...perTick)} characters in a tick`);
  });

  it('is let flow again before it runs dry', async () => {
    const { perTick } = await flood(8 * KB * KB, Buffer.alloc(32 * KB, 'x'));
    // The first is drawn before there is more, and the last is what is left.
    for (const size of perTick.slice(1, -1)) assert.equal(size, 128 * KB);
  });

  it('keeps its order through every pause', async () => {
    const lines = Buffer.from(
      Array.from({ length: 8 * KB }, (_, line) => `${line}`.padStart(7) + '\n').join(''),
    );
    const { source, text } = await flood(3 * lines.length * 16, lines);
    assert.ok(source.pauses > 2);
    assert.equal(text, lines.toString().repeat(48));
  });

  it('holds a source back above 512 KB, and lets it go on below 128 KB', async () => {
    const told: string[] = [];
    const source = { pause: () => told.push('pause'), resume: () => told.push('resume') };
    const { pump, clock } = new PumpBench(source);
    pump.push(Buffer.alloc(128 * KB));
    pump.push(Buffer.alloc(512 * KB));
    assert.deepEqual(told, []);
    pump.push(Buffer.alloc(1));
    assert.deepEqual(told, ['pause']);
    await clock.advance(3 * tick);
    assert.deepEqual(told, ['pause']);
    await clock.advance(tick);
    assert.deepEqual(told, ['pause', 'resume']);
  });
});

describe('OutputPump: the end', () => {
  it('comes at once when there is nothing left', () => {
    const bench = new PumpBench();
    let ended = false;
    bench.pump.end(() => (ended = true));
    assert.equal(ended, true);
  });

  it('comes after all output, once', async () => {
    const bench = new PumpBench();
    const size = 700 * KB;
    for (let sent = 0; sent < size; sent += 7 * KB) bench.pump.push(Buffer.alloc(7 * KB, 'y'));
    let drawnAtEnd = 0;
    let ends = 0;
    bench.pump.end(() => {
      ends += 1;
      drawnAtEnd = bench.text.length;
    });
    assert.equal(ends, 0);
    await bench.clock.advance(10_000);
    assert.equal(ends, 1);
    assert.equal(drawnAtEnd, size);
    assert.equal(bench.clock.waiting, 0);
  });
});
