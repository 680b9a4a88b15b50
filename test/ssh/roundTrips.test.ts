import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import ssh2 from 'ssh2';
import type { Computer } from '../../src/model/computer';
import type { ConnectorParts } from '../../src/ssh/connector';
import { testFolder } from '../unit/ssh/support/folder';
import { makeKey } from '../unit/ssh/support/keys';
import { CustomSshd } from './support/customSshd';
import { Installation, type InstallationOptions } from './support/installation';
import type { Line } from './support/line';
import { Service } from './support/service';

/** ssh2 as it would be if its inside were not what it is expected to be: nothing of it can be seen. */
const opaqueLibrary: ConnectorParts['library'] = () => {
  const hide = (client: ssh2.Client): ssh2.Client =>
    new Proxy(client, {
      get(target, name) {
        if (name === '_protocol') return undefined;
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  const Client = new Proxy(ssh2.Client, { construct: () => hide(new ssh2.Client()) });
  return Promise.resolve({ ...ssh2, Client });
};

describe('the way to the first prompt', () => {
  const folder = testFolder();
  const service = new Service('einstein');
  let line: Line;
  let einstein: Computer;

  before(async () => {
    // Slow enough that an answer is never mistaken for one to a question that came just after it.
    line = await service.line((await service.computer('einstein')).ssh!, 50);
    einstein = await service.computer('einstein', line.endpoint('ohm'));
  });

  /** Opens a shell over a new connection. @returns the round trips to its prompt */
  async function roundTrips(person: Installation): Promise<number> {
    person.pool.dispose();
    const shell = await person.shell(einstein);
    await shell.prompt();
    const count = line.roundTrips;
    await shell.exit();
    return count;
  }

  it('takes six round trips, TCP included: on a known computer and at first contact', async () => {
    const person = new Installation(service);
    assert.equal(await roundTrips(person), 6);
    assert.equal(await roundTrips(person), 6);
  });

  it('takes six with an identity file that signs silently', async () => {
    const mine = makeKey(folder, 'mine');
    await service.run('einstein', `echo '${mine.publicLine}' >> ~/.ssh/authorized_keys`);
    assert.equal(await roundTrips(new Installation(service, { identityFile: mine.path })), 6);
  });

  it('takes one more when the first key is the wrong one', async () => {
    const wrong = makeKey(folder, 'wrong');
    const person = new Installation(service, { identityFile: wrong.path });
    assert.equal(await roundTrips(person), 7);
    assert.equal(await roundTrips(person), 7);
  });

  it('takes two more with an RSA file, whose signature depends on what the server says it takes', async () => {
    const mine = makeKey(folder, 'rsa', '-t', 'rsa');
    await service.run('einstein', `echo '${mine.publicLine}' >> ~/.ssh/authorized_keys`);
    assert.equal(await roundTrips(new Installation(service, { identityFile: mine.path })), 8);
  });

  it('takes two for another shell on the same connection', async () => {
    const person = new Installation(service);
    const first = await person.shell(einstein);
    await first.prompt();
    const before = line.roundTrips;
    const second = await person.shell(einstein);
    await second.prompt();
    assert.equal(line.roundTrips - before, 2);
    await Promise.all([first.exit(), second.exit()]);
  });

  it('asks the server for nothing that is not needed for it', async () => {
    const sshd = await CustomSshd.start(service, 'einstein', 'LogLevel DEBUG');
    const person = new Installation(service);
    await sshd.welcome(person);
    await person.visit(sshd.computer);
    const log = await sshd.log();
    await sshd.stop();
    const requests = [...log.matchAll(/(?:rtype|request) (\S+) (?:want_reply|reply) \d/g)].map(
      ([, name]) => name,
    );
    assert.deepEqual(requests, ['pty-req', 'shell']);
    assert.equal([...log.matchAll(/userauth-request for user ohm .* method/g)].length, 1);
  });

  describe('when ssh2 is not inside what it is expected to be', () => {
    const opaque: InstallationOptions = { library: opaqueLibrary };

    it('is longer, and leads to the same prompt', async () => {
      const person = new Installation(service, opaque);
      assert.equal(await roundTrips(person), 9);
      const shell = await person.shell(einstein, { rows: 33, cols: 111, env: { COLORTERM: 'truecolor' } });
      assert.equal(await shell.run('stty size; echo $TERM $COLORTERM'), '33 111\nxterm-256color truecolor');
      assert.deepEqual(await shell.exit(3), { code: 3, signal: undefined });
    });

    it('still gets in with the second key, and puts its own there again', async () => {
      const wrong = makeKey(folder, 'opaque');
      const person = new Installation(service, { ...opaque, identityFile: wrong.path });
      assert.equal(await person.visit(einstein), 'einstein');
      person.pool.dispose();
      await service.run('einstein', 'rm ~/.ssh/authorized_keys');
      assert.equal(await person.visit(einstein), 'einstein');
    });
  });
});
