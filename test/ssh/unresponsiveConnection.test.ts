import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, it, type TestContext } from 'node:test';
import { inspect } from 'node:util';
import { systemClock } from '../../src/base/clock';
import { detectWake } from '../../src/base/wakeDetector';
import type { Computer } from '../../src/computers/computer';
import type { SshTimeouts } from '../../src/ssh/connection/timeouts';
import { SshError } from '../../src/ssh/sshErrors';
import { GatewayShellTransport } from '../../src/terminal/gatewayShellTransport';
import { FakeClock, settled } from '../unit/support/fakeClock';
import { Installation } from './support/installation';
import { Service } from './support/service';
import { SessionOutput } from './support/sessionOutput';
import type { TcpProxy } from './support/tcpProxy';
import { Terminal } from './support/terminal';

/** Milliseconds within which a user is told that nobody is at the other end any more. */
const promised = 45_000;

describe('a connection that stops responding', () => {
  const service = new Service('einstein');
  let proxy: TcpProxy;
  let einstein: Computer;

  before(async () => {
    await service.emulator.control.seed({ name: 'curie', listens: false });
    proxy = await service.proxy((await service.computer('einstein')).ssh!);
    einstein = await service.computer('einstein', proxy.endpoint('ohm'));
  });

  /** Has the seconds between regular questions pass in the order of the test. */
  function holdTime(context: TestContext): void {
    context.mock.timers.enable({ apis: ['setInterval'] });
  }

  /** Lets seconds pass until it is over. @returns how many milliseconds that were */
  async function passes(context: TestContext, isOver: () => boolean): Promise<number> {
    for (let passed = 0; ; passed += 1_000) {
      for (let turn = 0; turn < 5; turn += 1) await settled();
      if (isOver() || passed > 2 * promised) return passed;
      context.mock.timers.tick(1_000);
    }
  }

  function terminal(timeouts: Partial<SshTimeouts> = {}): Promise<Terminal> {
    const installation = new Installation(service, { timeouts });
    return new Terminal(installation, { persistence: 'tmux', name: randomUUID() }).open(einstein);
  }

  async function plain(): Promise<SessionOutput> {
    const shell = { persistence: 'off', name: 'test', cwd: '', nonce: undefined } as const;
    const size = () => Promise.resolve({ rows: 24, columns: 80 });
    const transport = new GatewayShellTransport(service.client, systemClock);
    const request = { size, env: {}, shell, memory: {} };
    const options = { signal: new AbortController().signal, timeoutMs: 0 };
    const screen = new SessionOutput(await transport.open(await service.computer('curie'), request, options));
    await screen.shows('$ ');
    return screen;
  }

  /** The terminal ends as lost to silence; the shell is still there, over the next line. */
  async function foundSilent(shell: Terminal): Promise<void> {
    const ending = await shell.ends();
    assert.ok(ending.kind === 'lost' && ending.cause instanceof SshError, inspect(ending));
    assert.equal(ending.cause.problem, 'silent');
    await shell.open(einstein);
    assert.equal(await shell.run('echo $answer'), '42');
    await shell.exit();
  }

  it('is told over SSH in the time promised, by the settings as they are', async (context) => {
    holdTime(context);
    const shell = await terminal();
    await shell.run('answer=42');
    for (let count = 1; count <= 12; count += 1) {
      context.mock.timers.tick(5_000);
      await shell.run('echo');
    }
    assert.equal(shell.ending, undefined, 'a minute on a line that answers');
    proxy.freeze();
    assert.ok((await passes(context, () => shell.ending !== undefined)) <= promised);
    await foundSilent(shell);
  });

  it('is told in a plain session in the time promised, by the settings as they are', async (context) => {
    holdTime(context);
    const screen = await plain();
    for (let count = 1; count <= 12; count += 1) {
      context.mock.timers.tick(5_000);
      screen.type(`echo t""old-${count}\r`);
      await screen.shows(`told-${count}\r\n`);
    }
    assert.equal(screen.ending, undefined, 'a minute on a line that answers');
    await service.emulator.control.silenceGateway({ id: 'curie' });
    assert.ok((await passes(context, () => screen.ending !== undefined)) <= promised);
    assert.equal((await screen.ends()).kind, 'lost');
  });

  it('is asked for a sign of life as often as one likes, and keeps nothing of it', async () => {
    const warnings: string[] = [];
    const warn = ({ message }: Error): void => void warnings.push(message);
    process.on('warning', warn);
    const [shell, screen] = [await terminal(), await plain()];
    for (let count = 1; count <= 12; count += 1) {
      [shell, screen].forEach(({ session }) => session.probe());
      await shell.run('echo');
      screen.type(`echo t""old-${count}\r`);
      await screen.shows(`told-${count}\r\n`);
    }
    await settled();
    process.off('warning', warn);
    assert.deepEqual(warnings, []);
    await shell.exit();
    await screen.close();
  });

  it('is not suspected in a plain session that is held back: what answers, waits', async (context) => {
    holdTime(context);
    const screen = await plain();
    screen.session.pause();
    await passes(context, () => screen.ending !== undefined);
    screen.session.resume();
    screen.type('echo st""ill\r');
    await screen.shows('still');
    await screen.close();
  });

  it('while the machine slept is asked as it wakes, and told; one that lives goes on', async () => {
    const clock = new FakeClock();
    const [gone, alive] = [await terminal({ probe: 300 }), await plain()];
    const watch = detectWake(clock, () => [gone, alive].forEach(({ session }) => session.probe()));
    await gone.run('answer=42');
    clock.sleep(3_600_000);
    proxy.freeze();
    await clock.advance(5_000);
    await foundSilent(gone);
    alive.type('echo st""ill\r');
    await alive.shows('still');
    await alive.close();
    watch.dispose();
  });
});
