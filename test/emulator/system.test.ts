import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { before, describe, it } from 'node:test';
import { EmulatorHarness } from './emulatorHarness';
import { findSshd } from './sandbox/sshd';
import { TerminalClient } from './terminalClient';

const computerRoute = '/v1/computers/{computer_id}';
const isRoot = process.getuid?.() === 0;

describe('a computer without an SSH endpoint', () => {
  const harness = new EmulatorHarness({
    seed: [{ name: 'einstein' }, { name: 'curie', ssh: null }, { name: 'bohr', listens: false }],
  });
  before(() => harness.start());
  const endpoint = async (id: string) => (await harness.get(id)).body.connection;
  const listeners = async (id: string) =>
    (await harness.exec(id, 'ps -A -o args= | grep -c "[s]shd.*listener"')).stdout.trim();

  it('hides its endpoint, or has no sshd that listens', { skip: isRoot ? false : 'not root' }, async () => {
    assert.match((await endpoint('einstein'))?.ssh ?? '', /@127/);
    assert.deepEqual(await endpoint('curie'), { ssh: null, access_url: null });
    assert.equal(await endpoint('bohr'), null);
    const counted = await Promise.all(['einstein', 'curie', 'bohr'].map(listeners));
    assert.deepEqual(counted, ['1', '1', '0']);
  });

  it('has the program sshd, and can get an endpoint with its next start', async () => {
    assert.equal((await harness.exec('bohr', `test -x ${findSshd()}`)).exit_code, 0);
    assert.equal(await (await TerminalClient.attach(harness, 'bohr')).run('echo in'), 'in');
    const restart = async () => {
      await harness.call('POST', `${computerRoute}/stop`, { id: 'bohr' });
      await harness.waitForStatus('bohr', 'stopped');
      await harness.call('POST', `${computerRoute}/start`, { id: 'bohr' });
      await harness.waitForStatus('bohr', 'running');
    };
    await restart();
    assert.equal(await endpoint('bohr'), null);
    await harness.emulator.control.setSystem({ id: 'bohr', listens: true });
    await restart();
    await harness.authorize('bohr');
    assert.equal((await harness.login('bohr', 'echo in')).stdout, 'in\n');
  });
});

describe('a computer without a program', { skip: isRoot ? false : 'not root' }, () => {
  const harness = new EmulatorHarness({
    isolation: 'namespaces',
    seed: [
      { name: 'einstein' },
      { name: 'curie', sshd: false },
      { name: 'bohr', without: ['python3', 'perl'] },
    ],
  });
  before(() => harness.start());
  const has = async (id: string, program: string) =>
    (await harness.exec(id, `PATH=$PATH:/usr/sbin:/sbin; command -v ${program}`)).exit_code === 0;

  it('has neither an sshd nor an endpoint', async () => {
    assert.equal(await has('curie', 'sshd'), false);
    assert.notEqual((await harness.exec('curie', `${findSshd()} -V`)).exit_code, 0);
    assert.equal((await harness.get('curie')).body.connection, null);
    assert.equal(await has('curie', 'python3'), true);
  });

  it('lacks only the configured programs, and still has terminals', async () => {
    assert.deepEqual(await Promise.all(['python3', 'perl', 'sshd'].map((name) => has('bohr', name))), [
      false,
      false,
      true,
    ]);
    assert.equal(await has('einstein', 'sshd'), true);
    execFileSync(findSshd(), ['-V'], { stdio: 'pipe' });
    const client = await TerminalClient.attach(harness, 'bohr');
    assert.match(await client.run('python3 --version'), /command not found/);
  });

  it('can get it with its next start', async () => {
    const { control } = harness.emulator;
    await control.setSystem({ id: 'curie', without: [] });
    await control.interrupt({ id: 'curie' });
    await harness.waitForStatus('curie', 'running');
    assert.equal(await has('curie', 'sshd'), true);
    assert.match((await harness.get('curie')).body.connection?.ssh ?? '', /@127/);
  });
});

describe('a plain computer', () => {
  const harness = new EmulatorHarness({ isolation: 'plain' });
  before(() => harness.start());

  it('cannot be without a program, and says so', async () => {
    await assert.rejects(
      harness.emulator.control.seed({ sshd: false }),
      /in namespaces can be without a program/,
    );
  });
});
