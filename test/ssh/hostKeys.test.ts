import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { before, beforeEach, describe, it } from 'node:test';
import type { Computer } from '../../src/computers/computer';
import { parseEndpoint } from '../../src/ssh/connection/endpoint';
import { HostKeyError } from '../../src/ssh/sshErrors';
import { until } from '../harness/until';
import { BrokenServer } from './support/brokenServer';
import { Installation } from './support/installation';
import { Service } from './support/service';

describe('the host key of a computer', () => {
  const service = new Service('einstein', 'curie', 'moved');
  let einstein: Computer;

  before(async () => {
    einstein = await service.computer('einstein');
  });

  /** Each test begins with host keys of its own and no pin. */
  beforeEach(() => service.emulator.control.replaceHostKeys({ id: 'einstein' }));

  /** The SHA-256 fingerprints of what a computer itself says are its host keys. */
  async function fingerprintsOf(name: string): Promise<string[]> {
    const reported = await service.run(
      name,
      'for f in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf $f; done',
    );
    return [...reported.matchAll(/SHA256:\S+/g)].map(([print]) => print);
  }

  /** Returns the host key of the server at an endpoint, as OpenSSH's own tools read it. */
  function shownAt(endpoint: string): string {
    const { host, port } = parseEndpoint(endpoint);
    const options = ['-t', 'ed25519', '-p', String(port), host];
    const key = execFileSync('ssh-keyscan', options, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const reported = execFileSync('ssh-keygen', ['-lf', '-'], { encoding: 'utf8', input: key });
    return /SHA256:\S+/.exec(reported)![0];
  }

  /** A line of known_hosts for what the server at an endpoint shows. */
  function knownHostsLine(endpoint: string): string {
    const { host, port } = parseEndpoint(endpoint);
    return execFileSync('ssh-keyscan', ['-t', 'ed25519', '-p', String(port), host], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  }

  /** Is refused, and checks that the server of `name` never got to know who wanted to come in. */
  async function refused(
    installation: Installation,
    computer: Computer,
    name: string,
  ): Promise<HostKeyError> {
    const proxy = await service.proxy(computer.ssh!);
    const refusal: unknown = await installation
      .visit({ ...computer, ssh: proxy.endpoint('ohm') })
      .catch((error: unknown) => error);
    // sshd notes each connection that ends before a login, and whom it was for if that was said.
    const note = `port ${proxy.proxied[0]?.port} [preauth]`;
    const log = await until(`sshd to note the end of ${note}`, async () =>
      (await service.sshdLog(name)).split('\n').find((entry) => entry.includes(note)),
    );
    assert.ok(refusal instanceof HostKeyError, String(refusal));
    assert.match(log, /^Connection (closed|reset) by 127\.0\.0\.1 port/);
    return refusal;
  }

  it('is not asked of the user at first contact: the computer itself says it over the API', async () => {
    const installation = new Installation(service);
    assert.equal(await installation.visit(einstein), 'einstein');
    assert.equal(installation.questions.length, 0);
    assert.equal(await service.execCalls(), 1);
  });

  it('is known at the next contact without a word to the API', async () => {
    const installation = new Installation(service);
    await installation.visit(einstein);
    installation.pool.dispose();
    await service.refuseExec();
    assert.equal(await installation.visit(einstein), 'einstein');
  });

  it('is confirmed anew over the API when it was forgotten, over either transport', async () => {
    const installation = new Installation(service);
    for (const transport of ['ssh', 'tunnel'] as const) {
      const server = () => installation.knownComputers.get(einstein.id)[transport]!;
      await installation.visit(einstein, { transport });
      const before = server();
      assert.equal(before.confirmed?.by, 'api');
      installation.pool.dispose();
      installation.knownComputers.forgetHostKeys(einstein.id);
      assert.deepEqual(server().hostKeys, []);
      const calls = await service.execCalls();
      await installation.visit(einstein, { transport });
      assert.equal(await service.execCalls(), calls + 1);
      assert.deepEqual(server().hostKeys, before.hostKeys);
    }
    assert.deepEqual(installation.questions, []);
  });

  it('is caught at first contact when somebody else answers at its endpoint', async () => {
    const curie = await service.computer('curie');
    const installation = new Installation(service, { trusts: true, knownHosts: knownHostsLine(curie.ssh!) });
    const inBetween = await service.computer('einstein', curie.ssh);
    const { message, problem, shown, expected } = await refused(installation, inBetween, 'curie');
    assert.equal(problem, 'changed');
    assert.equal(shown, shownAt(curie.ssh!));
    assert.deepEqual([...expected].sort(), (await fingerprintsOf('einstein')).sort());
    for (const print of [shown, ...expected]) assert.ok(message.includes(print), message);
    assert.match(message, /nothing was sent/);
    assert.equal(installation.questions.length, 0);
  });

  it('is refused when its key changed and the API does not confirm the new one', async () => {
    const installation = new Installation(service, { trusts: true });
    await installation.visit(einstein);
    installation.pool.dispose();
    const before = await fingerprintsOf('einstein');
    await service.emulator.control.replaceHostKeys({ id: 'einstein', hidden: true });
    const { problem, shown, expected } = await refused(installation, einstein, 'einstein');
    assert.equal(problem, 'changed');
    assert.equal(shown, shownAt(einstein.ssh!));
    assert.ok(!before.includes(shown));
    assert.deepEqual([...expected].sort(), before.sort());
  });

  it('is refused when its key changed and the API cannot tell', async () => {
    const installation = new Installation(service, { trusts: true });
    await installation.visit(einstein);
    installation.pool.dispose();
    const before = await fingerprintsOf('einstein');
    await service.emulator.control.replaceHostKeys({ id: 'einstein' });
    await service.refuseExec();
    const { problem, expected } = await refused(installation, einstein, 'einstein');
    assert.equal(problem, 'unconfirmed');
    assert.deepEqual([...expected].sort(), before.sort());
    assert.equal(installation.questions.length, 0);
  });

  it('is accepted when its key changed and the API confirms the new one, which is then known', async () => {
    const installation = new Installation(service);
    await installation.visit(einstein);
    installation.pool.dispose();
    await service.emulator.control.replaceHostKeys({ id: 'einstein' });
    assert.equal(await installation.visit(einstein), 'einstein');
    assert.match(installation.log.text, /info \S+ has a new host key, confirmed by the API/);
    installation.pool.dispose();
    const calls = await service.execCalls();
    assert.equal(await installation.visit(einstein), 'einstein');
    assert.equal(await service.execCalls(), calls);
    assert.equal(installation.questions.length, 0);
  });

  it('stays known when it gets another address', async () => {
    const proxy = await service.proxy(einstein.ssh!);
    const installation = new Installation(service);
    await installation.visit(einstein);
    await service.refuseExec();
    assert.equal(await installation.visit({ ...einstein, ssh: proxy.endpoint('ohm') }), 'einstein');
  });

  describe('where the API cannot confirm it', () => {
    /** The computer has the key of the extension already: it can be reached, but not asked. */
    async function newcomer(options: { knownHosts?: string; trusts?: boolean }): Promise<Installation> {
      const installation = new Installation(service, options);
      const { publicLine } = await installation.extensionKey.get();
      await service.run('einstein', `echo '${publicLine}' >> ~/.ssh/authorized_keys`);
      await service.refuseExec();
      return installation;
    }

    it('known_hosts tells', async () => {
      const installation = await newcomer({ knownHosts: knownHostsLine(einstein.ssh!) });
      assert.equal(await installation.visit(einstein), 'einstein');
      assert.equal(installation.questions.length, 0);
    });

    it('the user is asked with the fingerprint that OpenSSH shows too; a yes is remembered', async () => {
      const installation = await newcomer({ trusts: true });
      assert.equal(await installation.visit(einstein), 'einstein');
      const [question] = installation.questions;
      assert.equal(question?.fingerprint, shownAt(einstein.ssh!));
      assert.equal(question.type, 'ssh-ed25519');
      assert.equal(question.computer.id, einstein.id);
      installation.pool.dispose();
      assert.equal(await installation.visit(einstein), 'einstein');
      assert.equal(installation.questions.length, 1);
    });

    it('the answer no is accepted: nothing was sent', async () => {
      const installation = await newcomer({ trusts: false });
      const { problem, message } = await refused(installation, einstein, 'einstein');
      assert.equal(problem, 'declined');
      assert.match(message, /was not trusted, so nothing was sent/);
    });

    it('a key that known_hosts calls revoked is refused without a question', async () => {
      const installation = await newcomer({
        trusts: true,
        knownHosts: `@revoked * ${knownHostsLine(einstein.ssh!).split(' ').slice(1).join(' ')}`,
      });
      const { problem } = await refused(installation, einstein, 'einstein');
      assert.equal(problem, 'revoked');
      assert.equal(installation.questions.length, 0);
    });
  });

  it('is not told by what a server says of itself before the key exchange', async () => {
    const liar = await BrokenServer.start((socket) => socket.write('einstein\r\nSSH-2.0-OpenSSH_9.2\r\n'));
    const leaving = new AbortController();
    const installation = new Installation(service);
    const visit = installation.visit({ ...einstein, ssh: liar.endpoint }, { signal: leaving.signal });
    await until('the key exchange to begin', () => liar.received.includes('curve25519'));
    leaving.abort();
    await assert.rejects(visit, { name: 'AbortError' });
    assert.ok(!liar.received.includes('ohm'), 'not even the name of the user was sent');
  });
});
