import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Emitter } from '../../../../src/base/emitter';
import type { CommandExecution, ExecutionEnd } from '../../../../src/features/run/commandExecution';
import { CommandRun } from '../../../../src/features/run/commandRun';
import { DrawAcks } from '../../../../src/terminal/drawAcks';
import { FakeClock, settled } from '../../support/fakeClock';

// eslint-disable-next-line no-control-regex -- it begins with one
const drawQuery = /\x1b\[\?(\d+)\$p/g;

/** A run of a command that never reads, in a terminal that draws nothing until it is told to. */
class RunHarness {
  readonly clock = new FakeClock();
  readonly acks = new DrawAcks();
  readonly data = new Emitter<Uint8Array>();
  readonly ends = new Emitter<ExecutionEnd>();
  readonly calls: string[] = [];
  text = '';
  queries: string[] = [];

  readonly run = new CommandRun(
    {
      computer: undefined,
      start: () => Promise.resolve(this.execution),
      explainComputerLoss: () => Promise.resolve(undefined),
      cleanUp: () => Promise.resolve(),
    },
    { command: { line: 'yes' }, startFromError: false },
    {
      size: () => ({ rows: 24, columns: 80 }),
      acks: this.acks,
      write: (text) => void (this.text += text.replace(drawQuery, (_, mode: string) => this.query(mode))),
      report: () => undefined,
      setPhase: () => undefined,
      showOutcome: () => undefined,
    },
    this.clock,
  );

  private get execution(): CommandExecution {
    return {
      onData: this.data.event,
      onEnd: this.ends.event,
      write: (text: string) => void this.calls.push(`write ${text}`),
      resize: () => undefined,
      pause: () => void this.calls.push('pause'),
      resume: () => void this.calls.push('resume'),
      interrupt: () => void this.calls.push('interrupt'),
      kill: () => void this.calls.push('kill'),
    };
  }

  /** Draws what was written: answers the queries for acknowledgement. */
  drawAll(): void {
    for (const mode of this.queries.splice(0)) this.acks.consume(`\x1b[?${mode};0$y`);
  }

  private query(mode: string): string {
    this.queries.push(mode);
    return '';
  }
}

const flood = Buffer.from('y\n'.repeat(512 * 1024));

describe('a run of a command', () => {
  it('pauses the command while its output waits to be drawn', async () => {
    const bench = new RunHarness();
    await settled();
    bench.data.fire(flood);
    assert.deepEqual(bench.calls, ['pause']);
    assert.ok(bench.text.length < flood.length);
  });

  it('discards the flood on Ctrl+C, and says how much that was', async () => {
    const bench = new RunHarness();
    await settled();
    bench.data.fire(flood);
    bench.run.cancel();
    bench.ends.fire({ kind: 'exited', code: 130, signal: undefined });
    while (!bench.text.includes('skipped')) {
      bench.drawAll();
      await bench.clock.advance(100);
    }
    assert.deepEqual(bench.calls.slice(0, 2), ['pause', 'interrupt']);
    assert.ok(bench.text.length < flood.length / 2, String(bench.text.length));
    assert.equal((await bench.run.outcome).kind, 'cancelled');
  });

  it('ends lines with a carriage return, and has ended once its last output was drawn', async () => {
    const bench = new RunHarness();
    await settled();
    bench.data.fire(Buffer.from('a\nb\r\n'));
    bench.ends.fire({ kind: 'exited', code: 0, signal: undefined });
    assert.equal((await bench.run.outcome).kind, 'exited');
    assert.equal(bench.text, 'a\r\nb\r\n');
  });

  it('passes input that was typed before the command began', async () => {
    const bench = new RunHarness();
    bench.run.write('early');
    await settled();
    assert.deepEqual(bench.calls, ['write early']);
  });
});
