import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import ssh2 from 'ssh2';
import { silentLog } from '../../../../src/base/log';
import { ExtensionKey } from '../../../../src/ssh/keys/extensionKey';
import { RecordingLog } from '../../support/recordingLog';
import { testFolder } from '../support/folder';
import { MemorySecrets } from '../support/memory';

describe('ExtensionKey', () => {
  const folder = testFolder();

  it('is an Ed25519 key that OpenSSH reads, with a line for authorized_keys that names the extension', async () => {
    const pair = await new ExtensionKey(new MemorySecrets(), silentLog).get();
    const file = join(folder, 'id');
    writeFileSync(file, pair.privateKey, { mode: 0o600 });
    const derived = execFileSync('ssh-keygen', ['-y', '-f', file], { encoding: 'utf8' }).trim();
    assert.match(pair.publicLine, /^ssh-ed25519 [A-Za-z0-9+/=]+ celesto-vscode$/);
    assert.equal(derived.split(' ')[1], pair.publicLine.split(' ')[1]);
  });

  it('is generated once for concurrent callers, and kept for the next window', async () => {
    const secrets = new MemorySecrets();
    const key = new ExtensionKey(secrets, silentLog);
    const [a, b] = await Promise.all([key.get(), key.get()]);
    const c = await new ExtensionKey(secrets, silentLog).get();
    assert.equal(a.privateKey, b.privateKey);
    assert.equal(a.privateKey, c.privateKey);
    assert.equal(secrets.stores, 1);
  });

  it('is the same for two windows that need it at the same time', async () => {
    const secrets = new MemorySecrets();
    const [a, b] = await Promise.all([1, 2].map(() => new ExtensionKey(secrets, silentLog).get()));
    assert.equal(a!.privateKey, b!.privateKey);
    assert.equal((await new ExtensionKey(secrets, silentLog).get()).privateKey, a!.privateKey);
  });

  it('can be used whatever its numbers are', async () => {
    // A key in 256 begins with a zero byte, which ssh2 loses when it makes one.
    for (let count = 0; count < 1_500; count++) {
      const { privateKey } = await new ExtensionKey(new MemorySecrets(), silentLog).get();
      assert.ok(!(ssh2.utils.parseKey(privateKey) instanceof Error), privateKey);
    }
  });

  it('is replaced in all windows, and remembered as retired', async () => {
    const secrets = new MemorySecrets();
    const [window, other] = [new ExtensionKey(secrets, silentLog), new ExtensionKey(secrets, silentLog)];
    const first = await window.get();
    assert.equal((await other.get()).publicLine, first.publicLine);
    const second = await window.rotate();
    const third = await other.rotate();
    assert.deepEqual(second.retired, [first.publicLine]);
    assert.deepEqual(third.retired, [second.publicLine, first.publicLine]);
    for (const key of [window, other, new ExtensionKey(secrets, silentLog)])
      assert.deepEqual(await key.get(), third);
    for (const key of [window, other]) key.dispose();
    await new ExtensionKey(secrets, silentLog).rotate();
    assert.deepEqual(await window.get(), third, 'nobody listens any more');
  });

  it('stays in use where the new one cannot be stored', async () => {
    const secrets = new MemorySecrets();
    const key = new ExtensionKey(secrets, silentLog);
    const first = await key.get();
    secrets.store = () => Promise.reject(new Error('no keyring'));
    await assert.rejects(key.rotate(), /could not be stored, so the old one stays/);
    assert.deepEqual(await key.get(), first);
  });

  for (const [what, get, store] of [
    ['cannot be read', () => Promise.reject(new Error('no keyring')), () => Promise.resolve()],
    ['cannot be written', () => Promise.resolve(undefined), () => Promise.reject(new Error('no keyring'))],
  ] as const) {
    it(`lasts as long as the window where the secret store ${what}, and logs it`, async () => {
      const log = new RecordingLog();
      const key = new ExtensionKey({ get, store }, log);
      const first = await key.get();
      assert.match(first.publicLine, /^ssh-ed25519 /);
      assert.equal((await key.get()).privateKey, first.privateKey);
      assert.match(log.text, /warn .*secret store.*no keyring/);
      assert.ok(!log.text.includes('PRIVATE'));
    });
  }

  for (const [what, stored] of [
    ['no JSON', 'garbage'],
    ['null', 'null'],
    ['half a pair', '{"privateKey":"x"}'],
    ['not a key', '{"privateKey":"x","publicLine":"y"}'],
  ] as const) {
    it(`is generated again where the stored value is ${what}`, async () => {
      const secrets = new MemorySecrets();
      await new ExtensionKey(secrets, silentLog).get();
      const [name] = [...secrets.values.keys()];
      secrets.values.set(name!, stored);
      const fresh = await new ExtensionKey(secrets, silentLog).get();
      assert.match(fresh.privateKey, /PRIVATE KEY/);
      assert.equal((await new ExtensionKey(secrets, silentLog).get()).privateKey, fresh.privateKey);
    });
  }
});
