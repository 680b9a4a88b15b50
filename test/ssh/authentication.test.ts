import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { Computer } from '../../src/computers/computer';
import { AuthenticationError } from '../../src/ssh/sshErrors';
import { testFolder } from '../unit/ssh/support/folder';
import { type KeyFile, makeKey } from '../unit/ssh/support/keys';
import { Agent } from './support/agent';
import { BrokenServer } from './support/brokenServer';
import { Installation, type InstallationOptions } from './support/installation';
import { Service } from './support/service';

describe('authentication', () => {
  const folder = testFolder();
  const service = new Service('einstein');
  let einstein: Computer;

  before(async () => {
    einstein = await service.computer('einstein');
  });

  /** Each test begins with a computer that knows no key. */
  beforeEach(() => service.run('einstein', 'rm -f ~/.ssh/authorized_keys'));

  async function authorize(...keys: KeyFile[]): Promise<void> {
    await service.run(
      'einstein',
      keys.map((key) => `echo '${key.publicLine}' >> ~/.ssh/authorized_keys`).join(';'),
    );
  }

  function authorizedKeys(): Promise<string> {
    return service.run('einstein', 'cat ~/.ssh/authorized_keys');
  }

  /** Which keys got in, as sshd logged them. */
  async function acceptedBy(action: () => Promise<unknown>): Promise<string[]> {
    const log = await service.sshdLogOf('einstein', action);
    return [...log.matchAll(/Accepted publickey for ohm .*(SHA256:\S+)/g)].map(([, print]) => print!);
  }

  /** Comes in where the API cannot help: the computer takes none but the keys it was given. */
  async function visitWithoutExec(options: InstallationOptions): Promise<void> {
    await service.refuseExec();
    const installation = new Installation(service, { trusts: true, ...options });
    assert.equal(await installation.visit(einstein), 'einstein');
  }

  /** Is kept out, and gives what a user is told. */
  async function keptOut(options: InstallationOptions): Promise<AuthenticationError> {
    await service.refuseExec();
    const installation = new Installation(service, { trusts: true, ...options });
    try {
      await installation.visit(einstein);
    } catch (error) {
      assert.ok(error instanceof AuthenticationError, String(error));
      return error;
    }
    throw new Error('It was let in.');
  }

  describe('the key of the extension', () => {
    it('is put on the computer at the first connection, and never asked about again', async () => {
      const installation = new Installation(service);
      await installation.visit(einstein);
      assert.equal(await service.execCalls(), 1);
      installation.pool.dispose();
      await installation.visit(einstein);
      assert.equal(await service.execCalls(), 1);
      const { publicLine } = await installation.extensionKey.get();
      assert.equal(await authorizedKeys(), `${publicLine}\n`);
    });

    it('is put there again after somebody removed it', async () => {
      const installation = new Installation(service);
      await installation.visit(einstein);
      installation.pool.dispose();
      await service.run('einstein', 'echo "# swept clean" > ~/.ssh/authorized_keys');
      assert.equal(await installation.visit(einstein), 'einstein');
      assert.equal(await service.execCalls(), 2);
      const { publicLine } = await installation.extensionKey.get();
      assert.equal(await authorizedKeys(), `# swept clean\n${publicLine}\n`);
    });

    it('joins those of other people and machines', async () => {
      for (let count = 0; count < 3; count++) await new Installation(service).visit(einstein);
      assert.equal((await authorizedKeys()).split('\n').filter(Boolean).length, 3);
    });

    it('gets in though an agent holds seven others, which the server would not all let try', async () => {
      const keys = Array.from({ length: 7 }, (_, index) => makeKey(folder, `many-${index}`));
      const agent = await Agent.start(folder, 'many.sock', keys);
      try {
        const installation = new Installation(service, { agent: agent.address });
        const { publicLine } = await installation.extensionKey.get();
        await installation.visit(einstein);
        assert.equal(await authorizedKeys(), `${publicLine}\n`);
        installation.pool.dispose();
        await service.run('einstein', 'rm ~/.ssh/authorized_keys');
        assert.equal(
          await installation.visit(einstein),
          'einstein',
          'also when it has to be put there again',
        );
      } finally {
        await agent.stop();
      }
    });

    it('is not needed on the computer where the API refuses but another key gets in', async () => {
      const mine = makeKey(folder, 'mine');
      await authorize(mine);
      await visitWithoutExec({ identityFile: mine.path });
      assert.equal(await authorizedKeys(), `${mine.publicLine}\n`);
    });
  });

  describe('the identity file', () => {
    it('goes before the key of the extension', async () => {
      const mine = makeKey(folder, 'first');
      await authorize(mine);
      const installation = new Installation(service, { identityFile: mine.path });
      const accepted = await acceptedBy(() => installation.visit(einstein));
      assert.deepEqual(accepted, [mine.fingerprint]);
    });

    it('may be the wrong one: then the key of the extension gets in', async () => {
      for (const kind of ['ed25519', 'rsa']) {
        const wrong = makeKey(folder, `wrong-${kind}`, '-t', kind);
        const installation = new Installation(service, { identityFile: wrong.path });
        assert.equal(await installation.visit(einstein), 'einstein');
        installation.pool.dispose();
        assert.equal(await installation.visit(einstein), 'einstein', 'also when it is believed to be there');
      }
    });
  });

  describe('the agent', () => {
    const agents: Agent[] = [];
    let right: KeyFile;
    let rsa: KeyFile;

    before(() => {
      right = makeKey(folder, 'right');
      rsa = makeKey(folder, 'right-rsa', '-t', 'rsa');
    });
    afterEach(async () => {
      for (const agent of agents.splice(0)) await agent.stop();
    });

    async function agentWith(...keys: KeyFile[]): Promise<string> {
      const agent = await Agent.start(folder, `agent-${Math.random()}.sock`, keys);
      agents.push(agent);
      return agent.address;
    }

    it('gets in with any of its keys', async () => {
      const ecdsa = makeKey(folder, 'right-ecdsa', '-t', 'ecdsa', '-b', '384');
      const agent = await agentWith(makeKey(folder, 'not-this'), right, rsa, ecdsa);
      for (const key of [right, rsa, ecdsa]) {
        await service.run('einstein', 'rm -f ~/.ssh/authorized_keys');
        await authorize(key);
        assert.deepEqual(await acceptedBy(() => visitWithoutExec({ agent })), [key.fingerprint]);
      }
    });

    it('gets in after a wrong identity file', async () => {
      const wrong = makeKey(folder, 'wrong-file');
      await authorize(right);
      const agent = await agentWith(right);
      assert.deepEqual(await acceptedBy(() => visitWithoutExec({ agent, identityFile: wrong.path })), [
        right.fingerprint,
      ]);
    });

    it('does no harm when there is none at its address', async () => {
      const installation = new Installation(service, { agent: join(folder, 'no-such.sock') });
      assert.equal(await installation.visit(einstein), 'einstein');
    });
  });

  describe('a failed login reports', () => {
    it('each key tried by name and fingerprint, what the server offers, why the key could not be put there, what to do', async () => {
      const wrong = makeKey(folder, 'told-file');
      const inAgent = makeKey(folder, 'told-agent', '-t', 'ecdsa');
      const agent = await Agent.start(folder, 'told.sock', [inAgent]);
      after(() => agent.stop());
      const { message, attempts, offered } = await keptOut({
        identityFile: wrong.path,
        agent: agent.address,
      });
      assert.match(message, /ohm@127\.0\.0\.1:\d+ accepted none of the keys/);
      assert.match(
        message,
        new RegExp(`${wrong.path} \\(ssh-ed25519, ${literal(wrong.fingerprint)}\\): refused`),
      );
      assert.match(message, /the key of this extension \(SHA256:\S+\): refused/);
      assert.ok(message.includes(agent.address) && message.includes(inAgent.fingerprint), message);
      assert.match(message, /It offers: publickey\./);
      assert.match(message, /could not be installed there: .*This key may not run commands/);
      assert.match(message, /authorized_keys.*celesto\.ssh\.identityFile/);
      assert.deepEqual(
        attempts.map(({ outcome }) => outcome),
        ['refused', 'refused', 'refused'],
      );
      assert.deepEqual(offered, ['publickey']);
    });

    it('that a file is missing, is a folder, is a public key, is no key at all', async () => {
      const nonsense = join(folder, 'nonsense');
      writeFileSync(nonsense, 'not a key\n');
      const cases: [path: string, reason: RegExp][] = [
        [join(folder, 'no-such-file'), /no such file/i],
        [folder, /directory/i],
        [`${makeKey(folder, 'public-one').path}.pub`, /it is a public key/],
        [nonsense, /format/i],
      ];
      for (const [path, reason] of cases) {
        const { message, attempts } = await keptOut({ identityFile: path });
        const attempt = attempts.find(({ key }) => key === path);
        assert.equal(attempt?.outcome, 'unusable', message);
        assert.match(attempt.reason!, reason);
      }
    });

    it('that an agent is not there, holds nothing, or does not answer', async () => {
      const empty = await Agent.start(folder, 'empty.sock', []);
      await BrokenServer.start(() => undefined, join(folder, 'mute.sock'));
      after(() => empty.stop());
      const cases: [address: string, reason: RegExp][] = [
        [join(folder, 'gone.sock'), /Failed to connect to agent/],
        [empty.address, /it holds no keys/],
        [join(folder, 'mute.sock'), /it does not answer/],
      ];
      for (const [agent, reason] of cases) {
        const { message } = await keptOut({ agent });
        assert.match(message, new RegExp(`the SSH agent at ${agent}: not usable, .*${reason.source}`));
      }
    });

    it('that an agent did not sign, since its owner refuses or does not answer', async () => {
      const guarded = makeKey(folder, 'guarded');
      await authorize(guarded);
      const cases: [owner: string, reason: string][] = [
        ['exit 1', 'it did not sign with guarded@test'],
        [`while [ -e '${guarded.path}' ]; do sleep 0.1; done`, 'it does not answer'],
      ];
      for (const [index, [owner, reason]] of cases.entries()) {
        const agent = await Agent.start(folder, `guarded-${index}.sock`, [guarded], owner);
        after(() => agent.stop());
        const { message } = await keptOut({ agent: agent.address });
        assert.ok(message.includes(`${guarded.fingerprint}): not usable, ${reason}`), message);
      }
      rmSync(guarded.path);
    });

    it('that the server allowed no further try, when an agent holds too many keys', async () => {
      const keys = Array.from({ length: 8 }, (_, index) => makeKey(folder, `too-many-${index}`));
      const agent = await Agent.start(folder, 'too-many.sock', keys);
      after(() => agent.stop());
      const { message } = await keptOut({ agent: agent.address });
      assert.match(message, /the key of this extension \(SHA256:\S+\): refused/);
      assert.match(message, /too-many\.sock \(.*not usable, the server allows no further attempt/);
      for (const { fingerprint } of keys) assert.ok(message.includes(fingerprint));
    });

    it('and no secret', async () => {
      const wrong = makeKey(folder, 'secret');
      await service.refuseExec();
      const installation = new Installation(service, { trusts: true, identityFile: wrong.path });
      const { message } = await installation.visit(einstein).then(
        () => assert.fail('It was let in.'),
        (error: unknown) => error as AuthenticationError,
      );
      const { privateKey } = await installation.extensionKey.get();
      const [, body = ''] = privateKey.split('\n');
      for (const text of [message, installation.log.text]) {
        assert.ok(!text.includes(body));
        assert.ok(!text.includes('PRIVATE KEY'));
      }
    });
  });
});

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
