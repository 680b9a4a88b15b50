import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Computer } from '../../src/computers/computer';
import {
  endShellCommand,
  listShellsCommand,
  parseShellListing,
  type PersistentShell,
} from '../../src/shell/shellListing';
import { until } from '../harness/until';
import { Installation } from './support/installation';
import { Service } from './support/service';
import type { TcpProxy } from './support/tcpProxy';
import { Terminal, type TerminalOptions } from './support/terminal';

describe('a computer without tmux', () => {
  const service = new Service('einstein');
  let proxy: TcpProxy;
  let einstein: Computer;
  let installation: Installation;

  /** Starts it again, without some programs. */
  async function startWithout(...without: string[]): Promise<void> {
    const { id } = await service.client.get('einstein');
    await service.emulator.control.setSystem({ id, without });
    await service.client.stop(id);
    await until('it to be stopped', async () => (await service.client.get(id)).status === 'stopped');
    await service.client.start(id);
    await until('it to run', async () => (await service.client.get(id)).status === 'running');
    proxy = await service.proxy((await service.computer('einstein')).ssh!);
    einstein = await service.computer('einstein', proxy.endpoint('ohm'));
    installation = new Installation(service);
  }

  function terminal(options: TerminalOptions): Terminal {
    return new Terminal(installation, { persistence: 'auto', nonce: 'n-1', ...options });
  }

  async function kept(): Promise<PersistentShell[]> {
    return parseShellListing(await service.run('einstein', listShellsCommand()));
  }

  describe('but with GNU screen', () => {
    before(() => startWithout('tmux'));

    const left = (): Promise<string> => service.run('einstein', 'ls -A /tmp/celesto-*');

    it('keeps shells in that: size, environment, directory, natural scroll-back', async () => {
      const size = { rows: 30, columns: 100 };
      const shell = await terminal({ name: 'natural', size, cwd: '/usr' }).open(einstein);
      assert.deepEqual(await shell.session.shell, { persistedBy: 'screen', resumed: false });
      await shell.prompt();
      assert.equal(
        await shell.run('stty size; pwd; echo $TERM,$COLORTERM,$LANG'),
        '30 100\n/usr\nscreen-256color,,C.UTF-8',
      );
      shell.resize({ rows: 20, columns: 70 });
      await until('the new size', async () => (await shell.run('stty size')) === '20 70');
      await shell.run('seq -f "line %g" 300');
      const seen = shell.lines.filter((text) => /^line \d+$/.test(text));
      assert.deepEqual(
        seen,
        Array.from({ length: 300 }, (_, index) => `line ${index + 1}`),
      );
      assert.doesNotMatch(shell.written, /633;/);
      await shell.exit();
      await until('its end', async () => (await kept()).length === 0);
      await until('no file to be left', async () => (await left()) === '');
    });

    it('remembers 10,000 lines, and is not in the list of those who are logged in', async () => {
      const shell = await terminal({ name: 'set' }).open(einstein);
      await shell.prompt();
      const info = await shell.run(`SCREENDIR=/tmp/celesto-$(id -u) screen -S celesto-set -Q info; who`);
      assert.match(info, /\+10000 .*UTF-8/);
      assert.doesNotMatch(info, /ohm/);
      await shell.exit();
    });

    it('tells of a signal that ended it as shells do', async () => {
      const shell = await terminal({ name: 'killed' }).open(einstein);
      await shell.prompt();
      shell.type('kill -9 $$\r');
      assert.deepEqual(await shell.ends(), { kind: 'exited', code: 137, signal: undefined });
      assert.doesNotMatch(shell.written, /Killed|celesto;|terminating/);
    });

    it('goes on through a cut, and shows the screen again', async () => {
      const shell = await terminal({ name: 'cut' }).open(einstein);
      await shell.prompt();
      await service.run(
        'einstein',
        `echo 'i=0; while [ ! -e ~/stop ]; do i=$((i+1)); echo "count $i"; echo $i >> ~/counted; sleep 0.01; done' > ~/count`,
      );
      shell.type('. ~/count\r');
      await shell.shows(/count 40\n/);
      proxy.cut();
      assert.equal((await shell.ends()).kind, 'lost');
      const counted = async (): Promise<number[]> =>
        (await service.run('einstein', 'cat ~/counted')).trim().split('\n').map(Number);
      await until('the counter to go on', async () => (await counted()).length > 200);
      await shell.open(einstein);
      assert.deepEqual(await shell.session.shell, { persistedBy: 'screen', resumed: true });
      await service.run('einstein', 'touch ~/stop');
      assert.ok(!shell.isAlternate, 'scroll-back is that of the terminal');
      const numbers = await counted();
      assert.deepEqual(
        numbers,
        numbers.map((_, index) => index + 1),
      );
      await until('the last of it', async () =>
        new RegExp(`count ${(await counted()).length}\\n`).test(shell.screen),
      );
      const [only] = await kept();
      assert.deepEqual(
        { ...only, created: undefined },
        {
          name: 'cut',
          persistedBy: 'screen',
          attached: true,
          command: 'bash',
          directory: '/home/ohm',
          created: undefined,
        },
      );
      await service.run('einstein', endShellCommand({ name: 'cut', persistedBy: 'screen' }));
      assert.equal((await shell.ends()).kind, 'exited');
      assert.deepEqual(await kept(), []);
      await until('no file to be left', async () => (await left()) === '');
    });

    it('says that tmux does not keep it, where that was wished for', async () => {
      const shell = await terminal({ name: 'wished', persistence: 'tmux' }).open(einstein);
      await shell.run('echo');
      assert.deepEqual(await shell.session.shell, { persistedBy: undefined, resumed: false });
      assert.deepEqual(await shell.exit(3), { kind: 'exited', code: 3, signal: undefined });
    });
  });

  describe('and without GNU screen', () => {
    before(() => startWithout('tmux', 'screen'));

    it('has plain shells, with marks', async () => {
      const shell = await terminal({ name: 'plain' }).open(einstein);
      await shell.run('echo');
      assert.deepEqual(await shell.session.shell, { persistedBy: undefined, resumed: false });
      assert.match(shell.written, /633;D;0/);
      assert.deepEqual(await kept(), []);
      assert.deepEqual(await shell.exit(3), { kind: 'exited', code: 3, signal: undefined });
    });
  });
});
