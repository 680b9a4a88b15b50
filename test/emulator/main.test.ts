import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until } from '../harness/until';
import { connectControl } from './control';
import { EmulatorHarness, longSleep, processesMatching } from './emulatorHarness';
import { isFree } from './ports';
import { TerminalClient } from './terminalClient';

const project = fileURLToPath(new URL('../../', import.meta.url));
const isRoot = process.getuid?.() === 0;
const folder = mkdtempSync(join(tmpdir(), 'celesto-emulator-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/**
 * Runs the command that follows as an ordinary user with a shell of its own, whom only these processes know.
 * What it reads is bound to places that such a user can reach; terminals belong to the group tty, as sshd wants them.
 */
const asOrdinaryUser = `
{ cat /etc/passwd; echo "grace:x:4711:4711::/nonexistent:/bin/bash"; } > "$1"
mount --bind "$1" /etc/passwd
mount --bind "$2" /media
mount --bind "$3" /mnt
mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts /dev/pts
cd /mnt
shift 3
exec setpriv --reuid 4711 --regid 4711 --clear-groups "$@"
`;

interface Running {
  child: ChildProcess;
  said: string;
  url: string;
  apiKey: string;
}

/** Starts `npm run emulator` without npm. */
async function start(dir: string, unprivileged: boolean, ...options: string[]): Promise<Running> {
  const args = ['--port', '0', '--dir', dir, '--times', 'start=0,stop=0', ...options];
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  const ordinary = ['-c', asOrdinaryUser, 'sh', `${dir}.passwd`, dirname(process.execPath), project];
  const child = unprivileged
    ? spawn(
        'unshare',
        ['--mount', 'sh', ...ordinary, '/media/node', '/mnt/test/tools/emulator.mjs', ...args],
        {
          stdio: [...stdio],
        },
      )
    : spawn(process.execPath, [join(project, 'test/tools/emulator.mjs'), ...args], { stdio: [...stdio] });
  const running = { child, said: '', url: '', apiKey: '' };
  child.stdout.on('data', (data: Buffer) => (running.said += data.toString()));
  after(() => child.kill('SIGKILL'));
  const exports = await until('the address', () =>
    /CELESTO_BASE_URL=(\S+) CELESTO_API_KEY=(\S+)/.exec(running.said),
  );
  [, running.url = '', running.apiKey = ''] = exports;
  return running;
}

async function end({ child }: Running, signal: NodeJS.Signals): Promise<unknown> {
  const ended = once(child, 'exit');
  child.kill(signal);
  return (await ended)[0];
}

describe('the command', () => {
  it('tells how it is used, and ends all that it started', async () => {
    const dir = join(folder, 'own');
    const running = await start(dir, false, '--seed', 'running,error,hibernating', '--isolation', 'auto');
    for (const words of [/einstein +running +\w+@127/, /curie +error/, /bohr +hibernating/, /Ctrl\+C/]) {
      assert.match(running.said, words);
    }
    const bench = new EmulatorHarness();
    bench.attach(running);
    const sleep = longSleep();
    await bench.exec('einstein', `setsid ${sleep} >/dev/null 2>&1 &`);
    await until('a sleep', async () => (await processesMatching(sleep)).length === 1);
    assert.equal(await end(running, 'SIGINT'), 0);
    assert.deepEqual(await processesMatching(sleep), []);
  });

  it('says what is wrong with its options', async () => {
    const launcher = join(project, 'test/tools/emulator.mjs');
    const child = spawn(process.execPath, [launcher, '--times', 'begin=1'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (data: Buffer) => (said += data.toString()));
    assert.equal((await once(child, 'close'))[0], 1);
    assert.match(said, /^--times begin: create, start/);
  });

  for (const isolation of ['plain', 'auto']) {
    it(`leaves no sshd and no terminal behind when it is killed (${isolation})`, async () => {
      const running = await start(join(folder, isolation), false, '--isolation', isolation);
      const bench = new EmulatorHarness();
      bench.attach(running);
      const endpoint = (await bench.get('einstein')).body.connection?.ssh ?? '';
      await bench.authorize('einstein');
      assert.equal((await bench.login('einstein', 'echo up')).stdout, 'up\n');
      const terminal = await TerminalClient.attach(bench, 'einstein');
      const sleep = longSleep();
      terminal.type(`${sleep}\n`);
      await until('a sleep', async () => (await processesMatching(sleep)).length > 0);
      await end(running, 'SIGKILL');
      await until('no sleep', async () => (await processesMatching(sleep)).length === 0);
      await until('refusal', () => isFree('127.0.0.1', Number(endpoint.split(':')[1])));
    });
  }
});

describe('plain computers of an ordinary user', () => {
  it('work, and say that they are plain', async () => {
    const dir = join(folder, 'ordinary');
    mkdirSync(dir);
    if (isRoot) {
      chownSync(folder, 4711, 4711);
      chownSync(dir, 4711, 4711);
    }
    const running = await start(dir, isRoot, '--isolation', 'plain');
    assert.match(running.said, /plain home folders of this user/);
    const bench = new EmulatorHarness();
    bench.attach(running);
    const { connection, id } = (await bench.get('einstein')).body;
    const home = join(dir, 'computers', id, 'home');
    if (isRoot) assert.match(connection?.ssh ?? '', /^grace@127/);
    await bench.authorize('einstein');
    assert.equal((await bench.exec('einstein', 'pwd; echo $HOME')).stdout, `${home}\n${home}\n`);
    assert.equal((await bench.login('einstein', 'pwd; echo $HOME')).stdout, `${home}\n${home}\n`);
    assert.equal((await bench.exec('einstein', 'cat /etc/ssh/*.pub | wc -l')).stdout.trim(), '2');

    const shell = await bench.ssh('einstein', '', ['-tt']);
    let screen = '';
    shell.stdout!.on('data', (data: Buffer) => (screen += data.toString()));
    await until('a prompt', () => /\w+@einstein:~[$#] /.test(screen));
    const sleep = longSleep();
    await bench.exec('einstein', `echo kept > note; setsid ${sleep} >/dev/null 2>&1 &`);
    await until('a sleep', async () => (await processesMatching(sleep)).length === 1);

    const control = connectControl(running.url, running.apiKey);
    const closed = once(shell, 'close');
    await control.setStatus({ id: 'einstein', status: 'stopped' });
    assert.equal((await closed)[0], 255);
    assert.deepEqual(await processesMatching(sleep), []);
    await control.setStatus({ id: 'einstein', status: 'running' });
    assert.equal((await bench.login('einstein', 'cat note')).stdout, 'kept\n');
    assert.equal(await end(running, 'SIGTERM'), 0);
    await until('the end of every sshd', async () => (await processesMatching(dir)).length === 0);
  });
});
