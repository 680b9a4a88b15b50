import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { before, describe, it } from 'node:test';
import { until } from '../harness/until';
import { EmulatorHarness, longSleep, processesMatching } from './emulatorHarness';

const one = '/v1/computers/{computer_id}';

describe('a real computer', () => {
  const bench = new EmulatorHarness({ seed: [{ name: 'einstein' }] });
  const id = 'einstein';
  before(async () => {
    const { isolation } = await bench.start();
    await bench.authorize(id);
    console.log(`Computers are in ${isolation}.`);
  });

  it('is logged in to with OpenSSH, and passes on the exit code', async () => {
    const { code, stdout, stderr } = await bench.login(id, 'whoami; pwd; echo ä€𝄞; exit 7');
    const home = (await bench.exec(id, 'echo $HOME')).stdout;
    const user = (await bench.get(id)).body.connection?.ssh?.split('@')[0] ?? '';
    assert.deepEqual({ code, stdout, stderr }, { code: 7, stdout: `${user}\n${home}ä€𝄞\n`, stderr: '' });
  });

  it('shows a prompt with its name on a terminal', async () => {
    const child = await bench.ssh(id, '', ['-tt']);
    let screen = '';
    child.stdout!.on('data', (data: Buffer) => (screen += data.toString()));
    await until('a prompt', () => /\w+@einstein:~[$#] /.test(screen) || undefined);
    child.stdin!.write('exit 3\n');
    assert.deepEqual(await once(child, 'close'), [3, null]);
  });

  it('runs commands in its home, tells output, errors and exit code apart', async () => {
    const result = await bench.exec(id, 'pwd; echo wrong >&2; echo ä€𝄞; exit 5');
    const { stdout, stderr, exit_code, timed_out } = result;
    const home = (await bench.exec(id, 'echo $HOME')).stdout;
    assert.deepEqual(
      { stdout, stderr, exit_code },
      { stdout: `${home}ä€𝄞\n`, stderr: 'wrong\n', exit_code: 5 },
    );
    assert.equal(timed_out, false);
    assert.equal((await bench.exec(id, 'kill -TERM $$')).exit_code, 143);
  });

  it('ends a command at its time limit, with what it started', async () => {
    const sleep = longSleep();
    const result = await bench.exec(id, `echo begun; ${sleep} & ${sleep}`, 2);
    assert.deepEqual([result.stdout, result.timed_out, result.exit_code], ['begun\n', true, 124]);
    await until('no sleep', async () => (await processesMatching(sleep)).length === 0);
  });

  it('does not wait for what a command leaves behind', async () => {
    const result = await bench.exec(id, `${longSleep()} & echo done`);
    assert.deepEqual([result.stdout, result.timed_out, result.exit_code], ['done\n', false, 0]);
  });

  it('keeps its files and its port when stopped and started, and loses its processes', async () => {
    const endpoint = (await bench.get(id)).body.connection?.ssh;
    const sleep = longSleep();
    await bench.exec(id, `echo kept > note; setsid ${sleep} >/dev/null 2>&1 &`);
    await until('a sleep', async () => (await processesMatching(sleep)).length === 1);
    await bench.call('POST', `${one}/stop`, { id });
    await bench.reaches(id, 'stopped');
    assert.deepEqual(await processesMatching(sleep), []);
    await bench.call('POST', `${one}/start`, { id });
    await bench.reaches(id, 'running');
    assert.equal((await bench.get(id)).body.connection?.ssh, endpoint);
    assert.equal((await bench.login(id, 'cat note')).stdout, 'kept\n');
  });

  it('tells its host keys', async () => {
    const { stdout } = await bench.exec(id, 'cat /etc/ssh/ssh_host_*_key.pub');
    await bench.login(id, 'true');
    const known = readFileSync(`${bench.folder}/known_hosts`, 'utf8');
    const [, , key = ''] = known.trim().split('\n').at(-1)!.split(' ');
    assert.ok(stdout.includes(key));
    assert.equal(stdout.trim().split('\n').length, 2);
  });

  it('shows other host keys when they are replaced, which exec knows unless hidden', async () => {
    const { control } = bench.emulator;
    const told = async () => (await bench.exec(id, 'cat /etc/ssh/ssh_host_*_key.pub')).stdout;
    for (const hidden of [true, false]) {
      const before = await told();
      await control.replaceHostKeys({ id, hidden });
      assert.equal((await told()) === before, hidden);
      assert.match(
        (await bench.login(id, 'true')).stderr,
        /host key .*changed|HOST IDENTIFICATION HAS CHANGED/i,
      );
    }
  });

  it('refuses while sshd is late, then lets in', async () => {
    const { control } = bench.emulator;
    await bench.call('POST', `${one}/stop`, { id });
    await bench.reaches(id, 'stopped');
    await control.delaySshd({ id, ms: 3000 });
    await bench.call('POST', `${one}/start`, { id });
    await bench.reaches(id, 'running');
    assert.match((await bench.login(id, 'true')).stderr, /refused/);
    await until('sshd', async () => !(await bench.login(id, 'true')).stderr.includes('refused'));
    await control.delaySshd({ id, ms: 0 });
  });
});

describe('an sshd that is killed', () => {
  const bench = new EmulatorHarness({ seed: [{ name: 'curie' }] });
  const id = 'curie';
  before(async () => {
    await bench.start();
    await bench.authorize(id);
  });
  const session = async () => {
    const child = await bench.ssh(id, 'echo here; cat');
    await once(child.stdout!, 'data');
    return child;
  };

  it('loses its connections and takes new ones', async () => {
    const child = await session();
    const closed = once(child, 'close');
    await bench.emulator.control.killSshd({ id, listener: false });
    assert.equal((await closed)[0], 255);
    assert.equal((await bench.login(id, 'echo again')).stdout, 'again\n');
  });

  it('keeps its connections and takes no new ones', async () => {
    const child = await session();
    await bench.emulator.control.killSshd({ id, sessions: false });
    assert.match((await bench.login(id, 'true')).stderr, /refused/);
    child.stdin!.end('still here');
    assert.equal(await text(child.stdout!), 'still here');
    await bench.emulator.control.startSshd({ id });
    assert.equal((await bench.login(id, 'echo again')).stdout, 'again\n');
  });
});

describe('a computer in namespaces', { skip: process.getuid?.() === 0 ? false : 'not root' }, () => {
  const bench = new EmulatorHarness({
    isolation: 'namespaces',
    seed: [{ name: 'bohr' }, { name: 'noether' }],
  });
  before(() => bench.start());

  it('has its own name, user, processes and folders', async () => {
    const { stdout } = await bench.exec(
      'bohr',
      'hostname; id -un; ps -A -o args= | head -1; ls /home /root /mnt 2>&1',
    );
    assert.match(stdout, /^bohr\nohm\ninit /);
    assert.match(stdout, /\/home:\nohm\n/);
    assert.doesNotMatch(stdout, /authorized_keys|sandboxing/);
    const secret = `${bench.folder}/state/state.json`;
    assert.ok(existsSync(secret));
    assert.notEqual((await bench.exec('bohr', `cat '${secret}'`)).exit_code, 0);
  });

  it('keeps what is written anywhere, for itself', async () => {
    await bench.exec('bohr', 'ln -s /var/tmp/mine ~/link; echo mine > /var/tmp/mine');
    await bench.call('POST', `${one}/stop`, { id: 'bohr' });
    await bench.reaches('bohr', 'stopped');
    await bench.call('POST', `${one}/start`, { id: 'bohr' });
    await bench.reaches('bohr', 'running');
    assert.equal((await bench.exec('bohr', 'cat ~/link')).stdout, 'mine\n');
    assert.notEqual((await bench.exec('noether', 'cat /var/tmp/mine')).exit_code, 0);
    assert.equal(existsSync('/var/tmp/mine'), false);
  });

  it('leaves nothing behind', async () => {
    const sleep = longSleep();
    await bench.exec('bohr', `setsid ${sleep} >/dev/null 2>&1 &`);
    await until('a sleep', async () => (await processesMatching(sleep)).length === 1);
    await bench.stop();
    assert.deepEqual(await processesMatching(sleep), []);
    assert.doesNotMatch(readFileSync('/proc/self/mountinfo', 'utf8'), new RegExp(bench.folder));
  });
});
