import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Computer } from '../../src/computers/computer';
import type { AskPassphrase } from '../../src/ssh/keys/passphrases';
import { AuthenticationError } from '../../src/ssh/sshErrors';
import { until } from '../harness/until';
import { testFolder } from '../unit/ssh/support/folder';
import { inPkcs8, type KeyFile, lock, makeKey } from '../unit/ssh/support/keys';
import { Agent } from './support/agent';
import { Installation, type InstallationOptions } from './support/installation';
import { Service } from './support/service';

const secret = 'open sesame';

/** A passphrase prompt with these answers. */
class PassphrasePrompt {
  readonly asked: Parameters<AskPassphrase>[0][] = [];

  constructor(private readonly answers: (string | undefined)[]) {}

  readonly answer: AskPassphrase = (question) => {
    this.asked.push(question);
    return Promise.resolve(this.answers.shift());
  };
}

describe('the identity file', () => {
  const folder = testFolder();
  const service = new Service('einstein');
  let einstein: Computer;

  before(async () => {
    einstein = await service.computer('einstein');
  });

  /** Each test begins with a computer that knows no key, and that no key can be put on. */
  beforeEach(async () => {
    await service.run('einstein', 'rm -f ~/.ssh/authorized_keys');
    await service.refuseExec();
  });

  function authorize(...keys: KeyFile[]): Promise<string> {
    const lines = keys.map((key) => `echo '${key.publicLine}' >> ~/.ssh/authorized_keys`);
    return service.run('einstein', lines.join(';'));
  }

  function installation(options: InstallationOptions): Installation {
    return new Installation(service, { trusts: true, ...options });
  }

  /** Which keys got in, as sshd logged them. */
  async function acceptedBy(action: () => Promise<unknown>): Promise<string[]> {
    const log = await service.sshdLogOf('einstein', action);
    return [...log.matchAll(/Accepted publickey for ohm .*(SHA256:\S+)/g)].map(([, print]) => print!);
  }

  /** Is kept out, and gives what a user is told. */
  async function keptOut(options: InstallationOptions): Promise<AuthenticationError> {
    const error: unknown = await installation(options)
      .visit(einstein)
      .catch((reason: unknown) => reason);
    assert.ok(error instanceof AuthenticationError, String(error));
    return error;
  }

  describe('gets in with a key of the kind', () => {
    const types: Readonly<Record<string, string[]>> = {
      Ed25519: ['-t', 'ed25519'],
      'ECDSA 256': ['-t', 'ecdsa', '-b', '256'],
      'ECDSA 521': ['-t', 'ecdsa', '-b', '521'],
      RSA: ['-t', 'rsa', '-b', '2048'],
    };
    const formats: Readonly<Record<string, string[]>> = {
      OpenSSH: [],
      PEM: ['-m', 'PEM'],
      'PKCS#8': ['-m', 'PKCS8'],
    };
    for (const [type, typeOptions] of Object.entries(types)) {
      for (const [format, formatOptions] of Object.entries(formats)) {
        if (type === 'Ed25519' && format === 'PEM') continue;
        it(`${type} in the format ${format}, with a passphrase and without`, async () => {
          for (const passphrase of ['', secret]) {
            const name = `${type}-${format}-${passphrase.length}`.replaceAll(/\W/g, '-');
            const key =
              type === 'Ed25519' && format === 'PKCS#8'
                ? inPkcs8(makeKey(folder, name), passphrase)
                : makeKey(folder, name, ...typeOptions, ...formatOptions, '-N', passphrase);
            await authorize(key);
            const prompt = new PassphrasePrompt([secret]);
            const visit = (): Promise<string> =>
              installation({ identityFile: key.path, passphrases: prompt.answer }).visit(einstein);
            assert.deepEqual(await acceptedBy(visit), [key.fingerprint]);
            assert.equal(prompt.asked.length, passphrase === '' ? 0 : 1);
          }
        });
      }
    }

    it('that openssl writes for an elliptic curve, its parameters first', async () => {
      const key = makeKey(folder, 'parameters', '-t', 'ecdsa', '-m', 'PEM');
      const parameters = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n';
      writeFileSync(key.path, parameters + readFileSync(key.path, 'utf8'));
      await authorize(key);
      const visit = (): Promise<string> => installation({ identityFile: key.path }).visit(einstein);
      assert.deepEqual(await acceptedBy(visit), [key.fingerprint]);
    });
  });

  describe('under a passphrase', () => {
    let locked: KeyFile;

    before(() => {
      locked = makeKey(folder, 'locked', '-N', secret);
    });

    it('is asked for once in the life of a window, in which it may be wrong twice', async () => {
      await authorize(locked);
      const prompt = new PassphrasePrompt(['wrong', '', secret]);
      const window = installation({ identityFile: locked.path, passphrases: prompt.answer });
      await window.visit(einstein);
      window.pool.dispose();
      await window.visit(einstein);
      assert.deepEqual(
        prompt.asked,
        [3, 2, 1].map((triesLeft) => ({
          path: locked.path,
          accepted: true,
          triesLeft,
          wrong: triesLeft < 3,
        })),
      );
      assert.ok(!window.log.text.includes(secret));
    });

    it('is not asked for where the server would not accept the key', async () => {
      const prompt = new PassphrasePrompt([secret]);
      const { message } = await keptOut({ identityFile: locked.path, passphrases: prompt.answer });
      assert.ok(message.includes(`${locked.path} (ssh-ed25519, ${locked.fingerprint}): refused`), message);
      assert.deepEqual(prompt.asked, []);
    });

    it('is not asked for where an agent holds the key', async () => {
      const open = makeKey(folder, 'held');
      const agent = await Agent.start(folder, 'held.sock', [open]);
      after(() => agent.stop());
      lock(open, secret);
      await authorize(open);
      const prompt = new PassphrasePrompt([]);
      const window = installation({
        identityFile: open.path,
        agent: agent.address,
        passphrases: prompt.answer,
      });
      assert.deepEqual(await acceptedBy(() => window.visit(einstein)), [open.fingerprint]);
      assert.deepEqual(prompt.asked, []);
    });

    it('that is not given, or wrong three times, is told, and the next key is tried', async () => {
      await authorize(locked);
      for (const [answers, reason] of [
        [[undefined], 'its passphrase was not given'],
        [['a', 'b', 'c', secret], '3 wrong passphrases were entered'],
      ] as const) {
        const prompt = new PassphrasePrompt([...answers]);
        const { message } = await keptOut({ identityFile: locked.path, passphrases: prompt.answer });
        assert.ok(message.includes(`${locked.fingerprint}): not usable, ${reason}`), message);
        assert.match(message, /the key of this extension \(SHA256:\S+\): refused\nIt offers: publickey\./);
      }
    });

    it('is asked for at once where nothing shows the public half', async () => {
      const bare = makeKey(folder, 'bare', '-t', 'rsa', '-m', 'PEM', '-N', secret);
      rmSync(`${bare.path}.pub`);
      const wrong = new PassphrasePrompt([undefined]);
      const { message } = await keptOut({ identityFile: bare.path, passphrases: wrong.answer });
      assert.ok(message.includes(`${bare.path}: not usable, its passphrase was not given`), message);
      assert.equal(wrong.asked[0]?.accepted, false);
      await authorize(bare);
      const window = installation({
        identityFile: bare.path,
        passphrases: new PassphrasePrompt([secret]).answer,
      });
      assert.deepEqual(await acceptedBy(() => window.visit(einstein)), [bare.fingerprint]);
    });

    it('is told not to fit the file beside it, where that is another key', async () => {
      const stale = makeKey(folder, 'stale', '-t', 'rsa', '-m', 'PEM', '-N', secret);
      copyFileSync(`${locked.path}.pub`, `${stale.path}.pub`);
      await authorize(locked);
      const { message } = await keptOut({
        identityFile: stale.path,
        passphrases: new PassphrasePrompt([secret]).answer,
      });
      assert.match(message, /not usable, the file \S+\/stale\.pub belongs to another key/);
    });

    it('may be given when the connection is gone: then there is another', async () => {
      await authorize(locked);
      const proxy = await service.proxy(einstein.ssh!);
      let asked = 0;
      const window = installation({
        identityFile: locked.path,
        passphrases: async () => {
          asked += 1;
          proxy.cut();
          await until('the connection to be gone', () => proxy.proxied[0]!.sockets[0].destroyed);
          return secret;
        },
      });
      assert.equal(await window.visit({ ...einstein, ssh: proxy.endpoint('ohm') }), 'einstein');
      assert.deepEqual([asked, proxy.connections], [1, 2]);
    });

    it('may take longer than a login may take', async () => {
      await authorize(locked);
      const window = installation({
        identityFile: locked.path,
        timeouts: { login: 200 },
        passphrases: async () => {
          await new Promise((resolve) => setTimeout(resolve, 700));
          return secret;
        },
      });
      assert.equal(await window.visit(einstein), 'einstein');
    });

    it('is not waited for any more when the user has left', async () => {
      await authorize(locked);
      const leaving = new AbortController();
      const box = { closed: false };
      const window = installation({
        identityFile: locked.path,
        passphrases: (_question, signal) =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => {
              box.closed = true;
              resolve(undefined);
            });
            leaving.abort();
          }),
      });
      await assert.rejects(window.visit(einstein, { signal: leaving.signal }), { name: 'AbortError' });
      await until('the box to close', () => box.closed);
    });
  });

  it('that others may read is not used, as OpenSSH does, and the way out is told', async () => {
    const open = makeKey(folder, 'open to all');
    await authorize(open);
    for (const mode of [0o640, 0o604]) {
      chmodSync(open.path, mode);
      const { message } = await keptOut({ identityFile: open.path });
      assert.ok(message.includes(`run: chmod 600 "${open.path}"`), message);
    }
    chmodSync(open.path, 0o400);
    assert.equal(await installation({ identityFile: open.path }).visit(einstein), 'einstein');
  });

  it('may be the public half of a key that an agent holds', async () => {
    const held = makeKey(folder, 'public', '-t', 'rsa');
    const others = [1, 2, 3, 4, 5, 6, 7].map((number) => makeKey(folder, `other-${number}`));
    const agent = await Agent.start(folder, 'public.sock', [...others, held]);
    after(() => agent.stop());
    await authorize(held);
    const window = installation({ identityFile: `${held.path}.pub`, agent: agent.address });
    assert.deepEqual(await acceptedBy(() => window.visit(einstein)), [held.fingerprint]);
  });
});
