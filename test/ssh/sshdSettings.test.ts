import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { AuthenticationError, SshError } from '../../src/ssh/sshErrors';
import { testFolder } from '../unit/ssh/support/folder';
import { makeKey } from '../unit/ssh/support/keys';
import { CustomSshd } from './support/customSshd';
import { Installation, type InstallationOptions } from './support/installation';
import { Service } from './support/service';

describe('an sshd with settings of its own', () => {
  const folder = testFolder();
  const service = new Service('einstein');
  let sshd: CustomSshd | undefined;

  afterEach(() => sshd?.stop());

  /** An installation whose key is on a computer with these sshd settings. */
  async function guest(settings: string[], options: InstallationOptions = {}): Promise<Installation> {
    sshd = await CustomSshd.start(service, 'einstein', ...settings);
    const installation = new Installation(service, options);
    await sshd.welcome(installation);
    return installation;
  }

  it('changes keys in the middle of a flood, and no byte is lost either way', async () => {
    const installation = await guest(['RekeyLimit 256K']);
    const shell = await installation.shell(sshd!.computer);
    await shell.prompt();
    shell.type('cat | md5sum\r');
    await shell.shows(/md5sum\r\n/);
    const text = 'and no byte is lost either way\n'.repeat(40_000);
    shell.type(text);
    shell.type('\u0004');
    await shell.prompt();
    const sum = await service.run('einstein', "yes 'and no byte is lost either way' | head -40000 | md5sum");
    assert.ok(shell.output.includes(sum.trim()), shell.output.slice(-200));
    shell.type('seq 1 400000; echo done-$((1+1))\r');
    await shell.shows(/done-2\r\n/);
    const [, counted = ''] = shell.output.split(sum.trim());
    const numbers = counted.match(/^\d+\r$/gm) ?? [];
    assert.equal(numbers.length, 400_000);
    assert.equal(
      numbers.every((line, index) => Number(line) === index + 1),
      true,
    );
    await shell.exit();
  });

  it('that asks whether we are still there is answered', async () => {
    const installation = await guest(['ClientAliveInterval 1', 'ClientAliveCountMax 1']);
    const shell = await installation.shell(sshd!.computer);
    await shell.prompt();
    // Time enough to be given up.
    await sleep(3_500);
    assert.equal(await shell.run('hostname'), 'einstein');
    await shell.exit();
  });

  it('that takes one session a connection gets a connection for each shell', async () => {
    const installation = await guest(['MaxSessions 1']);
    const shells = await Promise.all([1, 2, 3].map(() => installation.shell(sshd!.computer)));
    assert.deepEqual(
      await Promise.all(shells.map((shell) => shell.run('hostname'))),
      Array(3).fill('einstein'),
    );
    await Promise.all(shells.map((shell) => shell.exit()));
  });

  it('that gives no terminal is told as such', async () => {
    const installation = await guest(['PermitTTY no']);
    await assert.rejects(installation.shell(sshd!.computer), (error: unknown) => {
      assert.ok(error instanceof SshError);
      assert.equal(error.problem, 'channelRefused');
      assert.match(error.message, /allows no further session on this connection.*pseudo-terminal/);
      return true;
    });
  });

  it('that asks for two keys gets two', async () => {
    const mine = makeKey(folder, 'second');
    const installation = await guest(['AuthenticationMethods publickey,publickey'], {
      identityFile: mine.path,
    });
    await service.run('einstein', `echo '${mine.publicLine}' >> ~/.ssh/authorized_keys`);
    assert.equal(await installation.visit(sshd!.computer), 'einstein');
  });

  it('that asks for more than the one key we have is told as such', async () => {
    const installation = await guest(['AuthenticationMethods publickey,publickey']);
    await assert.rejects(installation.visit(sshd!.computer), (error: unknown) => {
      assert.ok(error instanceof AuthenticationError);
      assert.match(
        error.message,
        /the key of this extension \(SHA256:\S+\): accepted, but the server asks for more/,
      );
      return true;
    });
  });

  it('that allows a single try is told as such, with the key that took it', async () => {
    const wrong = makeKey(folder, 'only-try');
    const installation = await guest(['MaxAuthTries 1'], { identityFile: wrong.path });
    await assert.rejects(installation.visit(sshd!.computer), (error: unknown) => {
      assert.ok(error instanceof AuthenticationError, String(error));
      assert.ok(error.message.includes(wrong.fingerprint), error.message);
      return true;
    });
  });

  it('that greets everybody with a banner lets us in all the same', async () => {
    const installation = await guest(['Banner /etc/passwd']);
    assert.equal(await installation.visit(sshd!.computer), 'einstein');
  });

  for (const kind of ['rsa', 'ecdsa']) {
    it(`that has no host key but one of the kind ${kind} is known by it`, async () => {
      const installation = await guest([`# host key of the kind ${kind}`]);
      assert.equal(await installation.visit(sshd!.computer), 'einstein');
    });
  }

  for (const [what, setting] of [
    ['ciphers', 'Ciphers aes256-ctr'],
    ['ciphers', 'Ciphers chacha20-poly1305@openssh.com'],
    ['key exchanges', 'KexAlgorithms ecdh-sha2-nistp256'],
    ['key exchanges', 'KexAlgorithms diffie-hellman-group14-sha256'],
  ] as const) {
    it(`that takes no other ${what} than ${setting.split(' ')[1]} is spoken to in that`, async () => {
      const installation = await guest([setting]);
      assert.equal(await installation.visit(sshd!.computer), 'einstein');
    });
  }

  it('that has nothing in common with us is told as such, and what it is about', async () => {
    const installation = await guest(['KexAlgorithms sntrup761x25519-sha512@openssh.com']);
    await assert.rejects(installation.visit(sshd!.computer, { timeoutMs: 20_000 }), (error: unknown) => {
      assert.ok(error instanceof SshError);
      assert.equal(error.problem, 'protocol');
      assert.match(error.message, /no matching key exchange/);
      return true;
    });
  });
});
