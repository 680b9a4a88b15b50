import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Computer } from '../../src/computers/computer';
import type { ChannelOptions } from '../../src/ssh/connection/connectionPool';
import { AuthenticationError, HostKeyError, SshError, type SshProblem } from '../../src/ssh/sshErrors';
import { testFolder } from '../unit/ssh/support/folder';
import { makeKey } from '../unit/ssh/support/keys';
import { type Fault, FaultServer, floodText } from './support/faultServer';
import { Installation, type InstallationOptions } from './support/installation';
import { Service } from './support/service';
import type { Shell } from './support/shell';

describe('an SSH server of faults', () => {
  const folder = testFolder();
  const service = new Service('einstein');
  let einstein: Computer;

  before(async () => {
    einstein = await service.computer('einstein');
  });

  /** An installation that connects to the computer that such a server stands for. */
  async function guestOf(faults: Fault[], options: InstallationOptions = {}) {
    const server = await FaultServer.start(...faults);
    const computer = { ...einstein, ssh: server.endpoint };
    const introduction = { hostKeys: [server.hostKey], keyInstalled: true };
    const installation = new Installation(service, {
      provision: () => Promise.resolve(introduction),
      ...options,
    });
    return {
      server,
      installation,
      visit: (channel?: Partial<ChannelOptions>) => installation.visit(computer, channel),
      shell: () => installation.shell(computer),
    };
  }

  const says = (problem: SshProblem, words: RegExp) => (error: unknown) => {
    assert.ok(error instanceof SshError, String(error));
    assert.equal(error.problem, problem);
    assert.match(error.message, words);
    return true;
  };

  /** Has the shell write much, and sees that all of it came. */
  async function flooded(shell: Shell): Promise<void> {
    const shown = await shell.run('flood');
    assert.ok(`${shown.replaceAll('\n', '\r\n')}\r\n` === floodText(), `${shown.length} characters came`);
  }

  for (const [where, drops] of [
    ['before its banner', 'beforeBanner'],
    ['in the key exchange', 'inKeyExchange'],
  ] as const) {
    it(`that drops the connection ${where} is told as not up, and waited for`, async () => {
      const { server, visit } = await guestOf([{ drops }, { drops }, {}]);
      await assert.rejects(visit(), says('notListening', /does not answer SSH/));
      let reported = 0;
      assert.equal(await visit({ timeoutMs: 20_000, onServerNotListening: () => reported++ }), 'faults');
      assert.deepEqual([server.connections, reported], [3, 1]);
    });
  }

  it('that drops the connection after the login is told as such, and the next try gets in', async () => {
    const { server, visit } = await guestOf([{ drops: 'afterLogin' }, {}]);
    await assert.rejects(visit(), says('closed', /^The connection to ohm@127\.0\.0\.1:\d+ was closed\./));
    assert.equal(await visit(), 'faults');
    assert.equal(server.connections, 2);
  });

  it('that drops the connection in a flood ends the shell, and the next comes over a new one', async () => {
    const { server, shell, visit } = await guestOf([{ drops: 'inFlood' }, {}]);
    const first = await shell();
    await first.prompt();
    first.type('flood\r');
    assert.deepEqual(await first.end, { code: undefined, signal: undefined });
    const shown = first.output.slice(first.output.indexOf('flood\r\n') + 'flood\r\n'.length);
    assert.ok(shown.length > 0 && floodText().startsWith(shown), 'what came, came in order');
    assert.equal(await visit(), 'faults');
    assert.equal(server.connections, 2);
  });

  it('that goes silent in a flood is noticed by itself', async () => {
    const { shell, visit } = await guestOf([{ silent: 'inFlood' }, {}], { timeouts: { keepAlive: 200 } });
    const stuck = await shell();
    await stuck.prompt();
    stuck.type('flood\r');
    assert.deepEqual(await stuck.end, { code: undefined, signal: undefined });
    assert.equal(await visit(), 'faults');
  });

  it('that takes its time is waited for', async () => {
    const { server, visit } = await guestOf([{ delay: 700 }]);
    assert.equal(await visit(), 'faults');
    assert.equal(server.connections, 1);
  });

  for (const refuses of ['channel', 'shell'] as const) {
    it(`that refuses every ${refuses} is told as such, once`, async () => {
      const { server, visit } = await guestOf([{ refuses }]);
      await assert.rejects(visit(), says('channelRefused', /allows no further session on this connection/));
      assert.equal(server.connections, 1);
    });
  }

  it('that changes its host key is refused, and nothing is sent to it', async () => {
    const { server, installation, visit } = await guestOf([{}]);
    assert.equal(await visit(), 'faults');
    installation.pool.dispose();
    await server.changeHostKey();
    const { asked } = server;
    await assert.rejects(visit(), HostKeyError);
    assert.equal(server.asked, asked);
  });

  it('that exchanges keys again and again in a flood loses no byte', async () => {
    const { server, shell } = await guestOf([{ rekeys: true }]);
    const rekeyed = await shell();
    await flooded(rekeyed);
    assert.ok(server.exchanges > 10, `${server.exchanges} key exchanges`);
    assert.deepEqual(await rekeyed.exit(3), { code: 3, signal: undefined });
  });

  it('that sends global requests is answered, also in a flood', async () => {
    const { server, shell } = await guestOf([{ asks: 20 }]);
    const asked = await shell();
    await flooded(asked);
    assert.equal(await asked.run('hostname'), 'faults');
    assert.equal(server.connections, 1);
  });

  it('that accepts only some types of keys gets one of them', async () => {
    const key = makeKey(folder, 'ecdsa', '-t', 'ecdsa');
    const { server, visit } = await guestOf([{ accepts: [key.publicLine.split(' ')[0]!] }], {
      identityFile: key.path,
    });
    assert.equal(await visit(), 'faults');
    assert.equal(server.offered.at(-1), 'ecdsa-sha2-nistp256');
  });

  it('that accepts no type of key that there is says which were tried', async () => {
    const { visit } = await guestOf([{ accepts: ['sk-ssh-ed25519@openssh.com'] }]);
    await assert.rejects(visit(), (error: unknown) => {
      assert.ok(error instanceof AuthenticationError, String(error));
      assert.match(
        error.message,
        /the key of this extension \(SHA256:\S+\): refused\nIt offers: publickey\./,
      );
      return true;
    });
  });

  it('whose shell ends without a status ends it all the same', async () => {
    const { shell } = await guestOf([{ endsWithoutStatus: true }]);
    const left = await shell();
    assert.deepEqual(await left.exit(3), { code: undefined, signal: undefined });
  });
});
