import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fingerprint, keyType, parsePublicKey } from '../../../../src/ssh/hostKeys/fingerprint';
import { testFolder } from '../support/folder';
import { makeKey } from '../support/keys';

describe('fingerprint', () => {
  const folder = testFolder();

  for (const type of ['ed25519', 'ecdsa', 'rsa']) {
    it(`matches ssh-keygen for a key of the type ${type}`, () => {
      const key = makeKey(folder, type, '-t', type);
      assert.equal(fingerprint(key.publicKey.blob), key.fingerprint);
      assert.equal(keyType(key.publicKey.blob), key.publicLine.split(' ')[0]);
    });
  }
});

describe('parsePublicKey', () => {
  const good =
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g some words of comment';

  it('reads a line with and without a comment', () => {
    assert.equal(parsePublicKey(good)?.type, 'ssh-ed25519');
    assert.equal(parsePublicKey(good.split(' ').slice(0, 2).join('\t'))?.blob.length, 51);
  });

  it('returns undefined for a text that is not a public key', () => {
    for (const line of [
      '',
      'ssh-ed25519',
      'ssh-ed25519 !!!!',
      'ssh-ed25519 AAAA',
      good.replace('ssh-ed25519', 'ssh-rsa'),
      'no-pty ' + good,
      '# ' + good,
    ]) {
      assert.equal(parsePublicKey(line), undefined, line);
    }
  });
});
