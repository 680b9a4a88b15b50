import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { CelestoClient } from '../../src/api/client';
import type { ExecResult } from '../../src/api/wire';
import { type Clock, systemClock } from '../../src/base/clock';
import { silentLog } from '../../src/base/log';
import type { Command } from '../../src/features/run/command';
import type { CommandExecution, ExecutionEnd } from '../../src/features/run/commandExecution';
import { ServiceCommandTransport } from '../../src/features/run/serviceCommandTransport';
import { until } from '../harness/until';
import { Service } from './support/service';

type Exec = Pick<CelestoClient, 'exec'>['exec'];

/** Pauses a tenth of what is asked for. */
const fastClock: Clock = { now: () => Date.now(), delay: (ms, signal) => systemClock.delay(ms / 10, signal) };

/** A character of two bytes, of three and of four; no chunk begins with a whole one for long. */
const text = 'ü漢😀';

interface Ended {
  readonly output: Buffer;
  readonly end: ExecutionEnd;
}

describe('a command that is detached', { timeout: 120_000 }, () => {
  const service = new Service();
  before(async () => {
    await service.emulator.control.seed({ name: 'bohr', sshd: false });
    await service.emulator.control.setFeatures({ execStream: false });
  });

  /** Starts a command. @param around what happens instead of an exec call, which it may make */
  async function start(
    command: Command | string,
    around: (exec: () => Promise<ExecResult>, script: string) => Promise<ExecResult> = (exec) => exec(),
    signal = new AbortController().signal,
  ): Promise<CommandExecution> {
    const { client } = service;
    const exec: Exec = (id, script, ...more) => around(() => client.exec(id, script, ...more), script);
    const execStream = client.execStream.bind(client);
    const transport = new ServiceCommandTransport({
      client: { exec, execStream },
      lastClient: client,
      clock: fastClock,
      log: silentLog,
    });
    const request = {
      command: typeof command === 'string' ? { line: command } : command,
      size: () => ({ rows: 24, columns: 80 }),
      report: () => undefined,
    };
    return transport.open(await service.computer('bohr'), request, { signal, timeoutMs: 0 });
  }

  function endOf(execution: CommandExecution): Promise<Ended> {
    const chunks: Uint8Array[] = [];
    return new Promise((resolve) => {
      execution.onEnd((end) => resolve({ output: Buffer.concat(chunks), end }));
      execution.onData((bytes) => void chunks.push(bytes));
    });
  }

  const run = async (...given: Parameters<typeof start>): Promise<Ended> => endOf(await start(...given));

  const fails = async (ended: Promise<Ended>, message: RegExp): Promise<void> => {
    const { end } = await ended;
    assert.match(end.kind === 'lost' ? (end.cause?.message ?? '') : JSON.stringify(end), message);
  };

  const filesLeft = (): Promise<string> => service.run('bohr', 'ls -A /tmp | grep celesto-run');
  const leavesNothing = (): Promise<unknown> =>
    until('no files of it are left', async () => (await filesLeft()) === '');

  it('writes to both outputs in order, byte for byte, and its files are its own', async () => {
    const lines = Array.from({ length: 200 }, (_, i) => i);
    const line = `for i in ${lines.join(' ')}; do echo $i; echo $i >&2; done; ls -dl /tmp/celesto-run-*; exit 9`;
    const { output, end } = await run(line);
    const [numbers = '', folder = ''] = output.toString().split(/(?=d)/);
    assert.equal(numbers, lines.map((i) => `${i}\n${i}\n`).join(''));
    assert.match(folder, /^drwx------ /);
    assert.deepEqual(end, { kind: 'exited', code: 9, signal: undefined });
    await leavesNothing();
  });

  it('may write much, in characters that are split between chunks, and bytes that are no characters', async () => {
    const bytes = 1_500_000;
    const { output } = await run(`yes '${text}' | tr -d '\\n' | head -c ${bytes}; printf '\\377\\0\\n\\n'`);
    const expected = Buffer.from(text.repeat(Math.ceil(bytes / Buffer.byteLength(text)))).subarray(0, bytes);
    assert.ok(output.subarray(0, bytes).equals(expected));
    assert.deepEqual([...output.subarray(bytes)], [0xff, 0, 10, 10]);
  });

  it('may take longer than any call that is made for it', async () => {
    await service.emulator.control.clearRequests();
    const { output, end } = await run('sleep 8; echo awake');
    assert.deepEqual([output.toString(), end.kind], ['awake\n', 'exited']);
    const calls = await service.emulator.control.requests({ path: '/exec$' });
    assert.ok(calls.length >= 5, `${calls.length} calls`);
  });

  it('may be long, and its input too', async () => {
    const input = `${"it's ".repeat(10_000)}\n\n${text}`;
    const { output } = await run({ line: `cat; : ${"'".repeat(2)}${'x'.repeat(20_000)}`, input });
    assert.equal(output.toString(), input);
  });

  it('waits while nobody reads, and goes on afterwards', async () => {
    const execution = await start('yes');
    let bytes = 0;
    execution.onData((more) => void (bytes += more.length));
    await until('it to write', () => bytes > 0);
    execution.pause();
    const size = async (): Promise<string> => service.run('bohr', 'ls /tmp/celesto-run-* | wc -l');
    await until('it to stand still', async () => {
      const earlier = [bytes, await size()].join();
      await delay(1_000);
      return [bytes, await size()].join() === earlier;
    });
    assert.ok(Number(await size()) < 300);
    const held = bytes;
    execution.resume();
    await until('it to go on', () => bytes > held + 4_000_000);
    execution.kill();
    await leavesNothing();
  });

  it('has ended when its own process has, though one in the background could still write', async () => {
    const { output, end } = await run('(sleep 47; echo late) & echo soon');
    assert.deepEqual([output.toString(), end.kind], ['soon\n', 'exited']);
    assert.match(await service.run('bohr', 'ps -e -o args'), /^sleep 47$/m);
  });

  it('runs once, though the answer to its start is lost', async () => {
    await service.run('bohr', 'rm -f ~/count');
    const drop = { method: 'POST', path: '/exec$', when: 'after', drop: true } as const;
    let starts = 0;
    const { output, end } = await run('echo x >> ~/count; echo ran', async (exec, script) => {
      if (script.includes('mkdir started') && (starts += 1) > 0)
        await service.emulator.control.addFault(drop);
      return exec();
    });
    assert.deepEqual([output.toString(), end.kind, starts], ['ran\n', 'exited', 1]);
    assert.equal(await service.run('bohr', 'cat ~/count'), 'x\n');
  });

  it('is not run where its start never arrived, not even later', async () => {
    await service.run('bohr', 'rm -f ~/count');
    let late: (() => Promise<ExecResult>) | undefined;
    const running = run('echo x >> ~/count', async (exec, script) => {
      if (!script.includes('mkdir started')) return exec();
      late = exec;
      await service.emulator.control.addFault({ method: 'POST', path: '/exec$', drop: true });
      return exec();
    });
    await assert.rejects(running, /^ApiError: Unable to reach Celesto/);
    await leavesNothing();
    assert.match((await late!()).stderr, /celesto-run/);
    assert.equal(
      await service.run('bohr', 'cat ~/count 2>&1 || :'),
      'cat: /home/ohm/count: No such file or directory\n',
    );
  });

  it('loses nothing of its output where answers are lost, cut or broken', async () => {
    const faults = [
      { when: 'after', drop: true },
      { drop: true },
      { when: 'after', answer: { status: 502, body: 'bad gateway' } },
      { answer: { status: 429, headers: { 'retry-after': '1' } } },
      { when: 'after', answer: { status: 200, body: '{"exit_code":0,"stdout":"celesto ch' } },
    ] as const;
    let reads = 0;
    const line = `for i in 1 2 3 4 5 6; do yes '${text}' | head -n 4000; sleep 0.3; done`;
    const { output, end } = await run(line, async (exec, script) => {
      const fault = script.includes('alive') ? faults[(reads += 1) - 1] : undefined;
      if (fault) await service.emulator.control.addFault({ method: 'POST', path: '/exec$', ...fault });
      return exec();
    });
    assert.ok(output.equals(Buffer.from(`${text}\n`.repeat(24_000))));
    assert.equal(end.kind, 'exited');
    assert.ok(reads > faults.length);
  });

  it('is read whole where the service cuts the output of a call in the middle, at 16,384 characters', async () => {
    const { output } = await run(`yes '${text}' | head -n 20000`, async (exec) => {
      const { stdout, ...more } = await exec();
      const isCut = stdout.length > 16_384;
      return { ...more, stdout: isCut ? stdout.slice(0, 8_192) + stdout.slice(-8_192) : stdout };
    });
    assert.ok(output.equals(Buffer.from(`${text}\n`.repeat(20_000))));
  });

  it('is ended where it is cancelled while it is being started', async () => {
    const cancel = new AbortController();
    const starting = run(
      'sleep 4731',
      async (exec, script) => {
        const answer = await exec();
        if (script.includes('mkdir started')) cancel.abort();
        cancel.signal.throwIfAborted();
        return answer;
      },
      cancel.signal,
    );
    await assert.rejects(starting, { name: 'AbortError' });
    await until(
      'it has ended',
      async () => !(await service.run('bohr', 'ps -e -o args')).includes('sleep 4731'),
    );
    await leavesNothing();
  });

  it('is told to be lost where its processes are killed or its files are removed', async () => {
    const killed = await start('echo ready; sleep 4732');
    const ended = endOf(killed);
    await until('it runs', async () => (await service.run('bohr', 'ps -e -o args')).includes('sleep 4732'));
    await service.run('bohr', 'kill -KILL -$(cat /tmp/celesto-run-*/pid)');
    await fails(ended, /^The command was killed on the computer\./);
    const removed = await start('sleep 4733');
    await service.run('bohr', 'rm -rf /tmp/celesto-run-*');
    await fails(endOf(removed), /^The files of the command are gone from the computer/);
    removed.kill();
  });

  it('is not started where its files cannot be stored, and says why', async () => {
    const running = run('true', async (exec, script) => {
      const answer = await exec();
      return script.includes('umask')
        ? { ...answer, stdout: '', stderr: 'sh: No space left on device' }
        : answer;
    });
    await assert.rejects(running, /could not be started on the computer: sh: No space left on device$/);
  });

  it('leaves no files of earlier ones behind that were never read', async () => {
    await service.run(
      'bohr',
      'mkdir /tmp/celesto-run-old /tmp/celesto-run-new; touch -d "-2 days" /tmp/celesto-run-old',
    );
    await run('true');
    await until('the old ones are gone', async () => (await filesLeft()) === 'celesto-run-new\n');
    await service.run('bohr', 'rm -rf /tmp/celesto-run-new');
  });
});
