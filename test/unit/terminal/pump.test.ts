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

/** Output that comes as fast as it is taken, in pieces of one size. */
class Flood implements Source {
  sent = 0;
  pauses = 0;
  /** The most bytes that were sent but not yet drawn. */
  highest = 0;
  private paused = false;

  constructor(
    private readonly output: Uint8Array,
    private readonly size: number,
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
    while (!this.paused && this.sent < this.output.length) {
      const piece = this.output.subarray(this.sent, this.sent + this.size);
      this.sent += piece.length;
      this.bench().pump.push(piece);
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
  /** A flood, run to its end; `text` is what was drawn of it. */
  async function flood(output: Uint8Array, size = 32 * KB) {
    let drawnBytes = 0;
    const source: Flood = new Flood(output, size, () => ({ pump, drawnBytes }));
    const clock = new FakeClock();
    const perTick = new Map<number, number>();
    const texts: string[] = [];
    const draw = (text: string): void => {
      drawnBytes += Buffer.byteLength(text);
      perTick.set(clock.now(), (perTick.get(clock.now()) ?? 0) + text.length);
      texts.push(text);
    };
    const pump = new OutputPump(source, draw, clock);
    source.flow();
    for (let ticks = 0; drawnBytes < output.length && ticks < 10_000; ticks += 1) await clock.advance(tick);
    assert.equal(drawnBytes, output.length);
    return { source, perTick: [...perTick.values()], text: texts.join('') };
  }

  it('of 100 MB arrives whole while little of it waits', async () => {
    const { source } = await flood(Buffer.alloc(100 * KB * KB, 'x'));
    assert.ok(source.highest <= (512 + 32) * KB, `${source.highest} bytes waited`);
    assert.ok(source.pauses > 100, 'the source is held back');
  });

  it('is drawn in one batch a tick, so that the rest of VS Code goes on', async () => {
    const { perTick } = await flood(Buffer.alloc(8 * KB * KB, 'x'));
    assert.ok(Math.max(...perTick) <= 128 * KB, `${Math.max(...perTick)} characters in a tick`);
  });

  it('is let flow again before it runs dry', async () => {
    const { perTick } = await flood(Buffer.alloc(8 * KB * KB, 'x'));
    // The first is drawn before there is more, and the last is what is left.
    for (const size of perTick.slice(1, -1)) assert.equal(size, 128 * KB);
  });

  it('keeps its order through every pause', async () => {
    const lines = Array.from({ length: 500_000 }, (_, line) => `${line}\n`).join('');
    const { source, text } = await flood(Buffer.from(lines), 7_001);
    assert.ok(source.pauses > 2);
    assert.ok(text === lines);
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
