import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { isCancellation } from '../../src/base/abort';
import { systemClock } from '../../src/base/clock';
import { silentLog } from '../../src/base/log';
import { ComputerStore } from '../../src/computers/computerStore';
import { Lifecycle } from '../../src/computers/lifecycle';
import { ComputerConnector } from '../../src/connect/computerConnector';
import type { Transport, TransportName } from '../../src/connect/transport';
import { TransportCache } from '../../src/connect/transportCache';
import { TransportSelector, type TransportSetting } from '../../src/connect/transportSelector';
import type { Command, CommandRequest } from '../../src/features/run/command';
import type { CommandExecution } from '../../src/features/run/commandExecution';
import { CommandRun } from '../../src/features/run/commandRun';
import { interpreterFor } from '../../src/features/run/interpreter';
import type { RunOutcome } from '../../src/features/run/runOutcome';
import { ComputerTarget } from '../../src/features/run/runTarget';
import { ServiceCommandTransport } from '../../src/features/run/serviceCommandTransport';
import { SshCommandTransport } from '../../src/features/run/sshCommandTransport';
import { DrawAcks } from '../../src/terminal/drawAcks';
import { until } from '../harness/until';
import { MemoryCache } from '../unit/support/storeHarness';
import { Installation } from './support/installation';
import { Service } from './support/service';

/** Runs commands and records their output. */
class Runner {
  private readonly lifecycle: Lifecycle;
  private readonly connector: ComputerConnector<CommandRequest, CommandExecution>;

  constructor(
    private readonly service: Service,
    transport: TransportSetting<TransportName | 'service'>,
  ) {
    const { client } = service;
    const { pool } = new Installation(service);
    const store = new ComputerStore(client, systemClock, new MemoryCache(), silentLog);
    this.lifecycle = new Lifecycle(client, store, systemClock, silentLog);
    const transports = new TransportSelector<Transport<CommandRequest, CommandExecution>>(
      [
        new SshCommandTransport('ssh', pool),
        new SshCommandTransport('tunnel', pool),
        new ServiceCommandTransport({ client, lastClient: client, clock: systemClock, log: silentLog }),
      ],
      () => transport,
      new TransportCache(systemClock),
    );
    this.connector = new ComputerConnector(this.lifecycle, transports, () => 60_000);
  }

  async start(name: string, command: Command | string): Promise<Started> {
    const computer = await this.service.computer(name);
    const place = new ComputerTarget(computer, this.connector, this.lifecycle);
    return new Started(place, typeof command === 'string' ? { line: command } : command);
  }

  /** Runs a command to its end. */
  async run(name: string, command: Command | string): Promise<Started & { ended: RunOutcome }> {
    const started = await this.start(name, command);
    return Object.assign(started, { ended: await started.run.outcome });
  }
}

/** Asks for an acknowledgement of what was drawn. */
// eslint-disable-next-line no-control-regex -- it begins with one
const drawQuery = /\x1b\[\?(\d+)\$p/g;

class Started {
  readonly reported: string[] = [];
  output = '';
  readonly run: CommandRun;
  private readonly acks = new DrawAcks();

  constructor(place: ComputerTarget, command: Command) {
    const view = {
      size: () => ({ rows: 30, columns: 100 }),
      acks: this.acks,
      write: (text: string) => this.draw(text),
      report: (text: string) => void this.reported.push(text),
      setPhase: () => undefined,
      showOutcome: () => undefined,
    };
    this.run = new CommandRun(place, { command, startFromError: false }, view, systemClock);
  }

  /** Answers queries as an emulator does. */
  private draw(text: string): void {
    this.output += text.replace(drawQuery, (_, mode: string) => {
      this.acks.consume(`\x1b[?${mode};0$y`);
      return '';
    });
  }

  /** The lines it wrote. */
  get lines(): string[] {
    return stripVTControlCharacters(this.output).split('\r\n').filter(Boolean);
  }

  shows(text: string): Promise<unknown> {
    return until(
      () => `"${text}" in ${JSON.stringify(this.output.slice(-400))}`,
      () => this.output.includes(text),
    );
  }
}

function codeOf(outcome: RunOutcome): number | undefined {
  if (outcome.kind !== 'exited') throw new Error(`It did not exit: ${JSON.stringify(outcome)}`);
  return outcome.code;
}

describe('a command runs', () => {
  const service = new Service('einstein');
  before(async () => {
    await service.emulator.control.seed({ name: 'curie', listens: false });
    await service.emulator.control.seed({ name: 'bohr', sshd: false });
  });
  beforeEach(() => service.emulator.control.setFeatures({ execStream: true }));

  /** True while a program with these arguments runs on a computer. */
  const isRunning = async (name: string, args: string): Promise<boolean> =>
    (await service.run(name, 'ps -e -o args')).split('\n').includes(args);

  for (const [name, transport, how, execStream] of [
    ['einstein', 'ssh', 'over SSH', true],
    ['curie', 'tunnel', 'over SSH through the terminal gateway', true],
    ['bohr', 'service', 'through the service', true],
    ['bohr', 'service', 'through a service that does not stream', false],
  ] as const) {
    describe(how, () => {
      let installation: Runner;
      beforeEach(() => service.emulator.control.setFeatures({ execStream }));
      before(() => (installation = new Runner(service, transport)));

      it('and tells what it writes, as it comes and in order, and its exit code', async () => {
        const go = '$HOME/go';
        const command = `echo one; echo two >&2; until [ -e ${go} ]; do sleep 0.05; done; rm ${go}; echo ünï漢😀; exit 3`;
        const started = await installation.start(name, command);
        await started.shows('two');
        assert.deepEqual(started.lines, ['one', 'two']);
        await service.run(name, `touch ${go}`);
        assert.equal(codeOf(await started.run.outcome), 3);
        assert.deepEqual(started.lines, ['one', 'two', 'ünï漢😀']);
      });

      it('as the user logs in, in the directory and with the variables wished for', async () => {
        await service.run(name, 'mkdir -p "$HOME/a b"; echo \'export FROM_PROFILE=yes\' >> ~/.profile');
        const { lines } = await installation.run(name, {
          line: 'pwd; echo "$FROM_PROFILE $QUOTE"',
          cwd: '~/a b',
          env: { QUOTE: `it's "$HOME"` },
        });
        assert.deepEqual(lines, ['/home/ohm/a b', `yes it's "$HOME"`]);
      });

      it('with a text on its standard input, which leaves nothing behind', async () => {
        const files = (): Promise<string> =>
          service.run(name, 'find ~ /tmp -newermt "-1 min" -type f | sort');
        await until('earlier runs have left nothing', async () => !(await files()).includes('celesto-run'));
        const before = await files();
        const input = "import sys\nprint('sum', sum(range(5)))\nsys.exit(4)";
        const { ended, lines } = await installation.run(name, {
          line: interpreterFor(input, 'python')!,
          input,
        });
        assert.equal(codeOf(ended), 4);
        assert.deepEqual(lines, ['sum 10']);
        await until('nothing is left', async () => (await files()) === before);
      });

      it('and ends on the computer when it is cancelled, though it will not', async () => {
        const line = "trap '' INT TERM HUP; echo ready; (setsid sleep 4711 &); sleep 4712; sleep 4713";
        const started = await installation.start(name, line);
        await started.shows('ready');
        await until('the programs run', () => isRunning(name, 'sleep 4711'));
        started.run.cancel();
        started.run.cancel();
        assert.equal((await started.run.outcome).kind, 'cancelled');
        await until('no program of it is left', async () => {
          const left = await service.run(name, 'ps -e -o args');
          return !left.includes('sleep 471');
        });
      });
    });
  }

  it('over SSH in a terminal of the right size, which takes what is typed', async () => {
    const installation = new Runner(service, 'ssh');
    const started = await installation.start('einstein', 'stty size; read -r answer; echo "got $answer"');
    await started.shows('30 100');
    started.run.write('yes\r');
    assert.equal(codeOf(await started.run.outcome), 0);
    assert.deepEqual(started.lines.at(-1), 'got yes');
  });

  it('and is asked to end first when it is cancelled', async () => {
    const installation = new Runner(service, 'ssh');
    const started = await installation.start(
      'einstein',
      "trap 'echo tidy; exit 5' INT; echo ready; while :; do sleep 0.1; done",
    );
    await started.shows('ready');
    started.run.cancel();
    assert.equal((await started.run.outcome).kind, 'cancelled');
    await started.shows('tidy');
  });

  it('over SSH and ends on the computer, though it was cancelled before the word came that it runs', async () => {
    const proxy = await service.proxy((await service.computer('einstein')).ssh!, 200);
    const far = await service.computer('einstein', proxy.endpoint('ohm'));
    const transport = new SshCommandTransport('ssh', new Installation(service).pool);
    const cancel = new AbortController();
    const open = (command: Command): Promise<CommandExecution> =>
      transport.open(
        far,
        { command, size: () => ({ rows: 24, columns: 80 }), report: () => undefined },
        { signal: cancel.signal, timeoutMs: 0 },
      );
    await open({ line: 'true' });
    const opening = open({ line: 'sleep 4714', input: '' });
    await until('it to run', () => isRunning('einstein', 'sleep 4714'));
    cancel.abort();
    await opening.then(
      (execution) => execution.kill(),
      (error: unknown) => assert.ok(isCancellation(error), String(error)),
    );
    await until('it to be gone', async () => !(await isRunning('einstein', 'sleep 4714')));
  });

  it('over SSH without a terminal, and is held back when what it complains is not drawn yet', async () => {
    const transport = new SshCommandTransport('ssh', new Installation(service).pool);
    const execution = await transport.open(
      await service.computer('einstein'),
      {
        command: { line: 'yes >&2', input: '' },
        size: () => ({ rows: 24, columns: 80 }),
        report: () => undefined,
      },
      { signal: new AbortController().signal, timeoutMs: 0 },
    );
    let bytes = 0;
    execution.onData((more) => void (bytes += more.length));
    await until('it to write', () => bytes > 0);
    execution.pause();
    await until('it to stand still', async () => {
      const before = bytes;
      await delay(500);
      return bytes === before;
    });
    const held = bytes;
    execution.resume();
    await until('it to go on', () => bytes > held);
    execution.kill();
  });

  it('by the best transport there is; why not by a better one is told', async () => {
    const { reported: told, ended } = await new Runner(service, 'auto').run('bohr', 'exit 2');
    assert.equal(codeOf(ended), 2);
    assert.deepEqual(told, [
      'bohr has no SSH endpoint. Using SSH through its terminal gateway instead.',
      'Connecting to bohr through its terminal gateway…',
      'SSH cannot be carried by the terminal gateway: it has no OpenSSH server. Running it through the service instead.',
      'Running it on bohr through the service…',
      'Without SSH, a command can run for at most 300 s and cannot read input.',
    ]);
  });

  it('through a service that does not stream, which is told', async () => {
    await service.emulator.control.setFeatures({ execStream: false });
    const { reported, ended, lines } = await new Runner(service, 'service').run(
      'bohr',
      'echo out; echo err >&2; exit 7',
    );
    assert.equal(codeOf(ended), 7);
    assert.deepEqual(lines, ['out', 'err']);
    assert.equal(reported.at(-1), 'Without SSH, a command cannot read input.');
  });

  it('of more characters than the service takes in a call, but not of more bytes than a computer takes', async () => {
    const installation = new Runner(service, 'service');
    const folders = (): Promise<string> => service.run('bohr', 'ls /tmp | grep celesto-run');
    await until('earlier runs have left nothing', async () => (await folders()) === '');
    await service.emulator.control.clearRequests();
    const { ended } = await installation.run('bohr', `: ${'ü'.repeat(60_000)}`);
    assert.match(
      ended.kind === 'failed' ? ended.error.message : '',
      /^Without SSH, a command with its input can have at most 120,000 bytes\. This one has 120,0\d\d, so it was not run\./,
    );
    assert.deepEqual(await service.emulator.control.requests({ path: '/exec' }), []);
    const long = await installation.run('bohr', `: ${'ü'.repeat(20_000)}; echo done`);
    assert.equal(codeOf(long.ended), 0);
    assert.deepEqual(long.lines, ['done']);
    const { ended: overSsh, lines } = await new Runner(service, 'ssh').run(
      'einstein',
      `: ${'x'.repeat(60_000)}; echo $?`,
    );
    assert.equal(codeOf(overSsh), 0);
    assert.deepEqual(lines, ['0']);
    const { ended: tooLong } = await new Runner(service, 'ssh').run('einstein', `: ${'x'.repeat(200_000)}`);
    assert.match(
      tooLong.kind === 'failed' ? tooLong.error.message : '',
      /^A command can have at most 120,000 characters\. This one has [\d,]+, so it was not run\./,
    );
  });

  it('after the computer was started, where it is stopped', async () => {
    await service.emulator.control.seed({ name: 'gauss', status: 'stopped' });
    const { reported: told, lines } = await new Runner(service, 'auto').run('gauss', 'hostname');
    assert.deepEqual(lines, ['gauss']);
    assert.equal(told[0], 'gauss: stopped. Starting it… (Ctrl+C cancels)');
  });

  for (const [transport, execStream] of [
    ['ssh', true],
    ['service', true],
    ['service', false],
  ] as const)
    for (const [deed, words] of [
      ['delete', /^planck-[\w-]+ (is being|was) deleted\.$/],
      ['stop', /^pauli-[\w-]+ was stopped\.$/],
    ] as const)
      it(`until somebody else ${deed}s its computer, which is told, by ${transport}, streams ${execStream ? 'on' : 'off'}`, async () => {
        await service.emulator.control.setFeatures({ execStream });
        const name = `${deed === 'delete' ? 'planck' : 'pauli'}-${transport}-${execStream}`;
        const { id } = await service.emulator.control.seed({ name });
        const started = await new Runner(service, transport).start(name, 'echo ready; sleep 4715');
        await started.shows('ready');
        await service.client[deed](id);
        const ended = await started.run.outcome;
        assert.match(ended.kind === 'failed' ? ended.error.message : ended.kind, words);
      });

  for (const [languageId, text] of [
    ['shellscript', 'read -r name <<< "bash"\necho "by $name, $((6 * 7))"'],
    ['python', 'print("by python,", 6 * 7)'],
    ['perl', 'print "by perl, ", 6 * 7, "\\n";'],
    ['plaintext', '#!/usr/bin/env -S perl -w\nprint "by its first line, ", 6 * 7;'],
    ['plaintext', '#!/usr/bin/awk -f\nBEGIN { print "by awk, " 6 * 7 }'],
  ] as const)
    it(`a text of ${languageId} as its program wants it: ${text.split('\n', 1)[0]}`, async () => {
      const line = interpreterFor(text, languageId)!;
      const { lines } = await new Runner(service, 'ssh').run('einstein', { line, input: text });
      assert.match(lines.join('\n'), /^by .+, 42$/);
    });

  it('once, though the stream that tells of it breaks', async () => {
    const started = await new Runner(service, 'service').start(
      'bohr',
      'echo x >> ~/count; echo ready; sleep 5',
    );
    await started.shows('ready');
    await service.emulator.control.cutStreams({ id: 'bohr' });
    const ended = await started.run.outcome;
    assert.equal(
      ended.kind === 'failed' && ended.error.message,
      'The connection to Celesto was lost before the command ended. It may still be running.',
    );
    assert.equal(await service.run('bohr', 'cat ~/count'), 'x\n');
  });
});
