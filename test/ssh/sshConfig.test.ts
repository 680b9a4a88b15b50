import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Computer } from '../../src/computers/computer';
import { parseEndpoint } from '../../src/ssh/connection/endpoint';
import { testFolder } from '../unit/ssh/support/folder';
import { type KeyFile, makeKey } from '../unit/ssh/support/keys';
import { Agent } from './support/agent';
import { Installation, type InstallationOptions } from './support/installation';
import { Service } from './support/service';

describe('~/.ssh/config', () => {
  const home = testFolder();
  const service = new Service('einstein');
  let einstein: Computer;
  let right: KeyFile;
  let port: number;

  before(async () => {
    einstein = await service.computer('einstein');
    port = parseEndpoint(einstein.ssh!).port;
    mkdirSync(join(home, '.ssh'));
    right = makeKey(join(home, '.ssh'), 'right');
    await service.run('einstein', `echo '${right.publicLine}' > ~/.ssh/authorized_keys`);
  });
  beforeEach(() => service.refuseExec());

  /** An installation with this `~/.ssh/config`; no key can be installed on the computer for it. */
  function installation(config: string, options: InstallationOptions = {}): Installation {
    writeFileSync(join(home, '.ssh', 'config'), config);
    return new Installation(service, { trusts: true, home, ...options });
  }

  async function reported(window: Installation, computer = einstein): Promise<string> {
    const error: unknown = await window.visit(computer).catch((reason: unknown) => reason);
    assert.ok(error instanceof Error, 'It was let in.');
    return error.message;
  }

  for (const host of ['einstein', '127.0.0.*', 'cmp_* !curie']) {
    it(`names the key for Host ${host}`, async () => {
      const window = installation(`Host ${host}\n  IdentityFile ~/.ssh/right\n`);
      assert.equal(await window.visit(einstein), 'einstein');
    });
  }

  it('names no key where no entry fits', async () => {
    const message = await reported(installation('Host curie\n  IdentityFile ~/.ssh/right\n'));
    assert.ok(!message.includes(right.path), message);
  });

  it('names a key that comes after that of the settings, and before that of the extension', async () => {
    const set = makeKey(home, 'set');
    const wrong = makeKey(join(home, '.ssh'), 'wrong');
    const config = 'IdentityFile ~/.ssh/gone\nIdentityFile ~/.ssh/wrong\n';
    const message = await reported(installation(config, { identityFile: set.path }));
    const order = [set.path, join(home, '.ssh', 'gone'), wrong.path, 'the key of this extension'];
    const places = order.map((name) => message.indexOf(name));
    assert.ok(!places.includes(-1), message);
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    );
  });

  it('keeps the other keys of the agent out with IdentitiesOnly', async () => {
    const other = makeKey(home, 'other');
    const agent = await Agent.start(home, 'agent.sock', [right, other]);
    after(() => agent.stop());
    const only = installation('IdentitiesOnly yes\n', { agent: agent.address });
    assert.ok(!(await reported(only)).includes('agent'));
    const named = 'IdentitiesOnly yes\nIdentityFile ~/.ssh/right.pub\n';
    assert.equal(await installation(named, { agent: agent.address }).visit(einstein), 'einstein');
  });

  it('says who logs in, where an entry was written for the computer', async () => {
    const message = await reported(installation('Host einstein\n  User curie\nHost *\n  User newton\n'));
    assert.match(message, /curie@127\.0\.0\.1:\d+ accepted none of the keys/);
    assert.match(await reported(installation('Host *\n  User newton\n')), /ohm@127\.0\.0\.1/);
  });

  it('says the port where an entry was written for the computer, else where the service names none', async () => {
    const key = '  IdentityFile ~/.ssh/right\n';
    const elsewhere = { ...einstein, ssh: 'ohm@127.0.0.1:1' };
    const open = { ...einstein, ssh: 'ohm@127.0.0.1' };
    const outright = installation(`Host einstein\n  Port ${port}\n${key}`);
    assert.equal(await outright.visit(elsewhere), 'einstein');
    const general = installation(`Host *\n  Port ${port}\n${key}`);
    assert.equal(await general.visit(open), 'einstein');
    assert.match(await reported(general, elsewhere), /127\.0\.0\.1:1 does not answer SSH/);
  });

  it('that cannot be read keeps nobody out, and is told', async () => {
    const broken = 'Host "einstein\n';
    assert.match(await reported(installation(broken)), /\.ssh\/config: not usable, .*line break/);
    assert.equal(await installation(broken, { identityFile: right.path }).visit(einstein), 'einstein');
  });
});
