import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { before, describe, it } from 'node:test';
import { until } from '../harness/until';
import { EmulatorHarness, longSleep, processesMatching } from './emulatorHarness';

const computerRoute = '/v1/computers/{computer_id}';

describe('a real computer', () => {
  const harness = new EmulatorHarness({ seed: [{ name: 'einstein' }] });
  const id = 'einstein';
  before(async () => {
    const { isolation } = await harness.start();
    await harness.authorize(id);
    console.log(`Computers are in ${isolation}.`);
  });

  it('accepts logins with OpenSSH, and passes on the exit code', async () => {
    const { code, stdout, stderr } = await harness.login(id, 'whoami; pwd; echo ä€𝄞; exit 7');
    const home = (await harness.exec(id, 'echo $HOME')).stdout;
    const user = (await harness.get(id)).body.connection?.ssh?.split('@')[0] ?? '';
    assert.deepEqual({ code, stdout, stderr }, { code: 7, stdout: `${user}\n${home}ä€𝄞\n`, stderr: '' });
  });

  it('shows a prompt with its name on a terminal', async () => {
    const child = await harness.ssh(id, '', ['-tt']);
    let shown = '';
    child.stdout!.on('data', (data: Buffer) => (shown += data.toString()));
    await until('a prompt', () => /\w+@einstein:~[$#] /.test(shown) || undefined);
    child.stdin!.write('exit 3\n');
    assert.deepEqual(await once(child, 'close'), [3, null]);
  });

  it('runs commands in its home folder, with output, errors and exit code apart', async () => {
    const result = await harness.exec(id, 'pwd; echo wrong >&2; echo ä€𝄞; exit 5');
    const { stdout, stderr, exit_code, timed_out } = result;
    const home = (await harness.exec(id, 'echo $HOME')).stdout;
    assert.deepEqual(
      { stdout, stderr, exit_code },
      { stdout: `${home}ä€𝄞\n`, stderr: 'wrong\n', exit_code: 5 },
    );
    assert.equal(timed_out, false);
    assert.equal((await harness.exec(id, 'kill -TERM $$')).exit_code, 143);
  });

  it('ends a command at its time limit, with the processes that it started', async () => {
    const sleep = longSleep();
    const result = await harness.exec(id, `echo begun; ${sleep} & ${sleep}`, 2);
    assert.deepEqual([result.stdout, result.timed_out, result.exit_code], ['begun\n', true, 124]);
    await until('no sleep', async () => (await processesMatching(sleep)).length === 0);
  });

  it('does not wait for background processes of a command', async () => {
    const result = await harness.exec(id, `${longSleep()} & echo done`);
    assert.deepEqual([result.stdout, result.timed_out, result.exit_code], ['done\n', false, 0]);
  });

  it('keeps its files and its port over a restart, and loses its processes', async () => {
    const endpoint = (await harness.get(id)).body.connection?.ssh;
    const sleep = longSleep();
    await harness.exec(id, `echo kept > note; setsid ${sleep} >/dev/null 2>&1 &`);
    await until('a sleep', async () => (await processesMatching(sleep)).length === 1);
    await harness.call('POST', `${computerRoute}/stop`, { id });
    await harness.waitForStatus(id, 'stopped');
    assert.deepEqual(await processesMatching(sleep), []);
    await harness.call('POST', `${computerRoute}/start`, { id });
    await harness.waitForStatus(id, 'running');
    assert.equal((await harness.get(id)).body.connection?.ssh, endpoint);
    assert.equal((await harness.login(id, 'cat note')).stdout, 'kept\n');
  });

  it('has its host keys in /etc/ssh', async () => {
    const { stdout } = await harness.exec(id, 'cat /etc/ssh/ssh_host_*_key.pub');
    await harness.login(id, 'true');
    const knownHosts = readFileSync(`${harness.folder}/known_hosts`, 'utf8');
    const [, , key = ''] = knownHosts.trim().split('\n').at(-1)!.split(' ');
    assert.ok(stdout.includes(key));
    assert.equal(stdout.trim().split('\n').length, 2);
  });

  it('presents replaced host keys, which /etc/ssh has unless they are hidden', async () => {
    const { control } = harness.emulator;
    const publicKeys = async () => (await harness.exec(id, 'cat /etc/ssh/ssh_host_*_key.pub')).stdout;
    for (const hidden of [true, false]) {
      const before = await publicKeys();
      await control.replaceHostKeys({ id, hidden });
      assert.equal((await publicKeys()) === before, hidden);
      assert.match(
        (await harness.login(id, 'true')).stderr,
        /host key .*changed|HOST IDENTIFICATION HAS CHANGED/i,
      );
    }
  });

  it('refuses connections until a delayed sshd listens', async () => {
    const { control } = harness.emulator;
    await harness.call('POST', `${computerRoute}/stop`, { id });
    await harness.waitForStatus(id, 'stopped');
    await control.delaySshd({ id, ms: 3000 });
    await harness.call('POST', `${computerRoute}/start`, { id });
    await harness.waitForStatus(id, 'running');
    assert.match((await harness.login(id, 'true')).stderr, /refused/);
    await until('sshd', async () => !(await harness.login(id, 'true')).stderr.includes('refused'));
    await control.delaySshd({ id, ms: 0 });
  });
});

describe('an sshd that is killed', () => {
  const harness = new EmulatorHarness({ seed: [{ name: 'curie' }] });
  const id = 'curie';
  before(async () => {
    await harness.start();
    await harness.authorize(id);
  });
  const session = async () => {
    const child = await harness.ssh(id, 'echo here; cat');
    await once(child.stdout!, 'data');
    return child;
  };

  it('loses its connections and takes new ones', async () => {
    const child = await session();
    const closed = once(child, 'close');
    await harness.emulator.control.killSshd({ id, listener: false });
    assert.equal((await closed)[0], 255);
    assert.equal((await harness.login(id, 'echo again')).stdout, 'again\n');
  });

  it('keeps its connections and takes no new ones', async () => {
    const child = await session();
    await harness.emulator.control.killSshd({ id, sessions: false });
    assert.match((await harness.login(id, 'true')).stderr, /refused/);
    child.stdin!.end('still here');
    assert.equal(await text(child.stdout!), 'still here');
    await harness.emulator.control.startSshd({ id });
    assert.equal((await harness.login(id, 'echo again')).stdout, 'again\n');
  });
});

describe('a computer in namespaces', { skip: process.getuid?.() === 0 ? false : 'not root' }, () => {
  const harness = new EmulatorHarness({
    isolation: 'namespaces',
    seed: [{ name: 'bohr' }, { name: 'noether' }],
  });
  before(() => harness.start());

  it('has its own name, user, processes and folders', async () => {
    const { stdout } = await harness.exec(
      'bohr',
      'hostname; id -un; ps -A -o args= | head -1; ls /home /root /mnt 2>&1',
    );
    assert.match(stdout, /^bohr\nohm\ninit /);
    assert.match(stdout, /\/home:\nohm\n/);
    assert.doesNotMatch(stdout, /authorized_keys|sandboxing/);
    const secret = `${harness.folder}/state/state.json`;
    assert.ok(existsSync(secret));
    assert.notEqual((await harness.exec('bohr', `cat '${secret}'`)).exit_code, 0);
  });

  it('keeps what is written anywhere, for itself', async () => {
    await harness.exec('bohr', 'ln -s /var/tmp/mine ~/link; echo mine > /var/tmp/mine');
    await harness.call('POST', `${computerRoute}/stop`, { id: 'bohr' });
    await harness.waitForStatus('bohr', 'stopped');
    await harness.call('POST', `${computerRoute}/start`, { id: 'bohr' });
    await harness.waitForStatus('bohr', 'running');
    assert.equal((await harness.exec('bohr', 'cat ~/link')).stdout, 'mine\n');
    assert.notEqual((await harness.exec('noether', 'cat /var/tmp/mine')).exit_code, 0);
    assert.equal(existsSync('/var/tmp/mine'), false);
  });

  it('leaves no process and no mount behind', async () => {
    const sleep = longSleep();
    await harness.exec('bohr', `setsid ${sleep} >/dev/null 2>&1 &`);
    await until('a sleep', async () => (await processesMatching(sleep)).length === 1);
    await harness.stop();
    assert.deepEqual(await processesMatching(sleep), []);
    assert.doesNotMatch(readFileSync('/proc/self/mountinfo', 'utf8'), new RegExp(harness.folder));
  });
});
