import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import ssh2 from 'ssh2';
import type { Computer } from '../../src/computers/computer';
import { launchCommand } from '../../src/shell/launchCommand';
import type { SshConnectorDeps } from '../../src/ssh/connection/sshConnector';
import { testFolder } from '../unit/ssh/support/folder';
import { type KeyFile, makeKey } from '../unit/ssh/support/keys';
import { CustomSshd } from './support/customSshd';
import { Installation, type InstallationOptions } from './support/installation';
import { Service } from './support/service';
import type { Shell } from './support/shell';
import type { TcpProxy } from './support/tcpProxy';

/** ssh2 as it would be if its inside were not what it is expected to be: nothing of it can be seen. */
const opaqueLibrary: SshConnectorDeps['library'] = () => {
  const hide = (client: ssh2.Client): ssh2.Client =>
    new Proxy(client, {
      get(target, name) {
        if (name === '_protocol') return undefined;
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  const client = new Proxy(ssh2.Client, { construct: () => hide(new ssh2.Client()) });
  return Promise.resolve({ ...ssh2, Client: client });
};

describe('round trips to the first prompt', () => {
  const folder = testFolder();
  const service = new Service('einstein');
  let proxy: TcpProxy;
  let einstein: Computer;

  before(async () => {
    // Slow enough that an answer is never mistaken for one to a question that came just after it.
    proxy = await service.proxy((await service.computer('einstein')).ssh!, 50);
    einstein = await service.computer('einstein', proxy.endpoint('ohm'));
  });

  /**
   * Opens shells until one takes no more than `expected` round trips to its prompt, at most four. A busy machine may
   * answer so late that it seems to be to a later question: that adds to the count, and nothing takes away from it.
   * @returns the fewest
   */
  async function fewest(expected: number, open: () => Promise<Shell>): Promise<number> {
    const counts: number[] = [];
    for (let tries = 0; tries < 4 && !counts.includes(expected); tries += 1) {
      const before = proxy.connections;
      const already = proxy.roundTrips;
      const shell = await open();
      await shell.prompt();
      counts.push(proxy.roundTrips - (proxy.connections > before ? 0 : already));
      await shell.exit();
    }
    return Math.min(...counts);
  }

  /** The fewest over new connections of this installation. */
  function again(expected: number, installation: Installation): Promise<number> {
    return fewest(expected, () => {
      installation.pool.dispose();
      return installation.shell(einstein);
    });
  }

  async function authorized(key: KeyFile): Promise<string> {
    await service.run('einstein', `echo '${key.publicLine}' >> ~/.ssh/authorized_keys`);
    return key.path;
  }

  it('takes six round trips at first contact, TCP included', async () => {
    assert.equal(await fewest(6, () => new Installation(service).shell(einstein)), 6);
  });

  it('takes six on a computer met before', async () => {
    const installation = new Installation(service);
    await installation.visit(einstein);
    assert.equal(await again(6, installation), 6);
  });

  it('takes six with an identity file that signs silently', async () => {
    const identityFile = await authorized(makeKey(folder, 'mine'));
    assert.equal(await again(6, new Installation(service, { identityFile })), 6);
  });

  it('takes one more when the first key is the wrong one', async () => {
    const wrong = makeKey(folder, 'wrong');
    assert.equal(await again(7, new Installation(service, { identityFile: wrong.path })), 7);
  });

  it('takes two more with an RSA file, whose signature depends on what the server says it takes', async () => {
    const identityFile = await authorized(makeKey(folder, 'rsa', '-t', 'rsa'));
    assert.equal(await again(8, new Installation(service, { identityFile })), 8);
  });

  it('takes two for another shell on the same connection', async () => {
    const installation = new Installation(service);
    const first = await installation.shell(einstein);
    await first.prompt();
    assert.equal(await fewest(2, () => installation.shell(einstein)), 2);
    await first.exit();
  });

  it('takes no more where a command begins the shell', async () => {
    const wish = { persistence: 'off', name: 'shell', cwd: '~', nonce: undefined } as const;
    const command = launchCommand(wish, { rows: 24, columns: 80 });
    const installation = new Installation(service);
    const first = await installation.shell(einstein, { command });
    await first.prompt();
    assert.equal(await fewest(2, () => installation.shell(einstein, { command })), 2);
    await first.exit();
  });

  it('asks the server for nothing that is not needed for it', async () => {
    const sshd = await CustomSshd.start(service, 'einstein', 'LogLevel DEBUG');
    const installation = new Installation(service);
    await sshd.welcome(installation);
    await installation.visit(sshd.computer);
    const log = await sshd.log();
    await sshd.stop();
    const requests = [...log.matchAll(/(?:rtype|request) (\S+) (?:want_reply|reply) \d/g)].map(
      ([, name]) => name,
    );
    assert.deepEqual(requests, ['pty-req', 'shell']);
    assert.equal([...log.matchAll(/userauth-request for user ohm .* method/g)].length, 1);
  });

  describe('where the internals of ssh2 are not as expected', () => {
    const opaque: InstallationOptions = { library: opaqueLibrary };

    it('is longer, and leads to the same prompt', async () => {
      const installation = new Installation(service, opaque);
      assert.equal(await again(9, installation), 9);
      const shell = await installation.shell(einstein, {
        rows: 33,
        cols: 111,
        env: { COLORTERM: 'truecolor' },
      });
      assert.equal(await shell.run('stty size; echo $TERM $COLORTERM'), '33 111\nxterm-256color truecolor');
      assert.deepEqual(await shell.exit(3), { code: 3, signal: undefined });
    });

    it('still gets in with the second key, and puts its own there again', async () => {
      const wrong = makeKey(folder, 'opaque');
      const installation = new Installation(service, { ...opaque, identityFile: wrong.path });
      assert.equal(await installation.visit(einstein), 'einstein');
      installation.pool.dispose();
      await service.run('einstein', 'rm ~/.ssh/authorized_keys');
      assert.equal(await installation.visit(einstein), 'einstein');
    });
  });
});
