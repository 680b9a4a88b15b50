import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { Computer } from '../../src/computers/computer';
import {
  type InstalledFiles,
  listInstalledFiles,
  removeKeys,
} from '../../src/ssh/provisioning/installedFiles';
import { removeRemoteSshd } from '../../src/ssh/tunnel/remoteSshd';
import { Installation } from './support/installation';
import { Service } from './support/service';

const { signal } = new AbortController();

describe('installed files and keys', () => {
  const service = new Service('einstein');
  let einstein: Computer;

  beforeEach(async () => {
    einstein = await service.computer('einstein');
    await service.run(
      'einstein',
      'rm -rf ~/.celesto-vscode; echo "ssh-rsa AAAA alice" > ~/.ssh/authorized_keys',
    );
  });

  async function list(of: Installation): Promise<InstalledFiles> {
    return listInstalledFiles(service.client, einstein.id, 'ohm', await of.extensionKey.get(), signal);
  }

  function authorizedKeys(): Promise<string> {
    return service.run('einstein', 'cat ~/.ssh/authorized_keys');
  }

  it('is nothing before the first connection', async () => {
    assert.deepEqual(await list(new Installation(service)), { keys: [] });
    await service.run('einstein', 'rm -r ~/.ssh');
    assert.deepEqual(await list(new Installation(service)), { keys: [] });
    await service.run('einstein', 'mkdir -m 700 ~/.ssh');
  });

  it('is listed: the key, those of other machines, the helper', async () => {
    const [mine, other] = [new Installation(service), new Installation(service)];
    await mine.visit(einstein, { transport: 'ssh' });
    await mine.visit(einstein, { transport: 'tunnel' });
    await other.visit(einstein, { transport: 'ssh' });
    const { keys, helper } = await list(mine);
    assert.deepEqual(keys.map(({ owner }) => owner).toSorted(), ['others', 'ours']);
    assert.ok(keys.every(({ file }) => file.endsWith('/.ssh/authorized_keys')));
    assert.match(helper!, /\/\.celesto-vscode$/);
  });

  it('is removed, and nothing else; a connection that needs it puts it there again', async () => {
    const [mine, other] = [new Installation(service), new Installation(service)];
    for (const installation of [mine, other]) await installation.visit(einstein);
    await mine.visit(einstein, { transport: 'tunnel' });
    mine.pool.dispose();
    const { keys } = await list(mine);
    const ours = keys.filter(({ owner }) => owner === 'ours');
    await removeKeys(service.client, einstein.id, ours, signal);
    await removeRemoteSshd(service.client, einstein.id, signal);
    const left = await list(mine);
    assert.deepEqual([left.keys.map(({ owner }) => owner), left.helper], [['others'], undefined]);
    assert.match(await authorizedKeys(), /^ssh-rsa AAAA alice\n/);
    assert.equal(await mine.visit(einstein, { transport: 'ssh' }), 'einstein');
    assert.equal(await mine.visit(einstein, { transport: 'tunnel' }), 'einstein');
  });

  it('tells why it could not be listed or removed', async () => {
    const installation = new Installation(service);
    await installation.visit(einstein);
    const { keys } = await list(installation);
    await service.run('einstein', 'chmod 400 ~/.ssh/authorized_keys');
    const isRoot = (await service.run('einstein', 'id -u')).trim() === '0';
    if (!isRoot)
      await assert.rejects(removeKeys(service.client, einstein.id, keys, signal), /authorized_keys/);
    await service.run('einstein', 'chmod 600 ~/.ssh/authorized_keys');
    await service.refuseExec();
    await assert.rejects(list(installation), /may not run commands/);
  });

  it('is replaced when the key is: at once, or with the next connection', async () => {
    const mine = new Installation(service);
    await mine.visit(einstein, { transport: 'ssh' });
    await mine.visit(einstein, { transport: 'tunnel' });
    mine.pool.dispose();
    const { rotation } = mine;
    assert.deepEqual(await rotation.computersWithKey(), [einstein.id]);
    const first = await mine.extensionKey.get();
    await rotation.rotate();
    assert.deepEqual(await rotation.computersWithKey(), []);
    assert.deepEqual(
      (await list(mine)).keys.map(({ owner }) => owner),
      ['retired'],
    );

    await rotation.replaceKeyOn(einstein, signal);
    const second = await mine.extensionKey.get();
    const everywhere = (): Promise<string> =>
      service.run('einstein', 'cat ~/.ssh/authorized_keys ~/.celesto-vscode/*/authorized_keys');
    assert.ok(!(await everywhere()).includes(first.publicLine.split(' ')[1]!));
    assert.equal((await everywhere()).split(second.publicLine.split(' ')[1]!).length, 3);
    const { ssh, tunnel } = mine.knownComputers.get(einstein.id);
    for (const server of [ssh, tunnel]) assert.equal(server?.installedKey, second.publicLine);
    const calls = await service.execCalls();
    await mine.visit(einstein, { transport: 'ssh' });
    await mine.visit(einstein, { transport: 'tunnel' });
    assert.equal(await service.execCalls(), calls, 'it is known to be there');

    mine.pool.dispose();
    await rotation.rotate();
    await mine.visit(einstein, { transport: 'ssh' });
    await mine.visit(einstein, { transport: 'tunnel' });
    assert.ok(!(await everywhere()).includes(second.publicLine.split(' ')[1]!));
  });
});
