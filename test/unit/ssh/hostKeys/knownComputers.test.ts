import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { KnownComputers } from '../../../../src/ssh/hostKeys/knownComputers';
import { MemoryRecords } from '../support/memory';

describe('KnownComputers', () => {
  const storageKey = 'celesto.ssh.knownComputers';
  const confirmed = { by: 'person', at: 1 } as const;
  const helper = { user: 'ohm', folder: '/home/ohm/.celesto-vscode/1' };
  /** Records as installed versions write them. */
  const stored = {
    cmp_1: { hostKeys: ['a'], confirmed, installedKey: 'ssh-ed25519 A' },
    'cmp_1 tunnel': { hostKeys: ['b'], installedKey: 'ssh-ed25519 A', helper },
    'cmp_2 tunnel': { hostKeys: [], helper },
  };

  let memento: MemoryRecords;
  let known: KnownComputers;

  beforeEach(async () => {
    memento = new MemoryRecords();
    await memento.update(storageKey, stored);
    known = new KnownComputers(memento);
  });

  it('reads both servers of a computer from the records of installed versions', () => {
    assert.deepEqual(known.ids, ['cmp_1', 'cmp_2']);
    assert.deepEqual(known.get('cmp_1'), { ssh: stored.cmp_1, tunnel: stored['cmp_1 tunnel'] });
    assert.deepEqual(known.get('cmp_2'), { tunnel: stored['cmp_2 tunnel'] });
    assert.deepEqual(known.get('cmp_3'), {});
    assert.deepEqual(new KnownComputers(new MemoryRecords()).ids, []);
  });

  it('writes records that installed versions read', () => {
    known.update('cmp_2', 'ssh', { hostKeys: ['c'] });
    known.update('cmp_1', 'tunnel', { installedKey: 'ssh-ed25519 B' });
    known.update('cmp_3', 'ssh', { installedKey: 'ssh-ed25519 A' });
    assert.deepEqual(memento.get(storageKey), {
      ...stored,
      cmp_2: { hostKeys: ['c'] },
      'cmp_1 tunnel': { ...stored['cmp_1 tunnel'], installedKey: 'ssh-ed25519 B' },
      cmp_3: { hostKeys: [], installedKey: 'ssh-ed25519 A' },
    });
  });

  it('forgets a computer with both servers, and no other', () => {
    known.forget('cmp_1');
    known.forget('cmp_3');
    assert.deepEqual(memento.get(storageKey), { 'cmp_2 tunnel': stored['cmp_2 tunnel'] });
  });

  it('forgets the server of the tunnel alone', () => {
    known.forgetTunnel('cmp_1');
    known.forgetTunnel('cmp_2');
    known.forgetTunnel('cmp_3');
    assert.deepEqual(memento.get(storageKey), { cmp_1: stored.cmp_1 });
  });

  it('forgets host keys and their confirmation, and keeps the rest', () => {
    known.forgetHostKeys('cmp_1');
    known.forgetHostKeys('cmp_3');
    assert.deepEqual(known.get('cmp_1'), {
      ssh: { hostKeys: [], confirmed: undefined, installedKey: 'ssh-ed25519 A' },
      tunnel: { hostKeys: [], confirmed: undefined, installedKey: 'ssh-ed25519 A', helper },
    });
    assert.deepEqual(known.ids, ['cmp_1', 'cmp_2']);
  });
});
