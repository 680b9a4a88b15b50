import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until } from '../harness/until';
import { contractHeader } from './contract/contract';
import { connectControl } from './control';
import { EmulatorHarness, longSleep, processesMatching } from './emulatorHarness';
import { isFree } from './ports';
import { TerminalClient } from './terminalClient';

const project = fileURLToPath(new URL('../../', import.meta.url));
const isRoot = process.getuid?.() === 0;
const folder = mkdtempSync(join(tmpdir(), 'celesto-emulator-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/**
 * Runs the following command as an ordinary user with a shell, who exists only for these processes. The files that it
 * needs are bound to folders that such a user can read; terminals belong to the group tty, as sshd requires.
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
  output: string;
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
  const running = { child, output: '', url: '', apiKey: '' };
  child.stdout.on('data', (data: Buffer) => (running.output += data.toString()));
  after(() => child.kill('SIGKILL'));
  const exports = await until('the address', () =>
    /CELESTO_BASE_URL=(\S+) CELESTO_API_KEY=(\S+)/.exec(running.output),
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
  it('prints its usage, and ends everything that it started', async () => {
    const dir = join(folder, 'own');
    const running = await start(dir, false, '--seed', 'running,error,hibernating', '--isolation', 'auto');
    for (const words of [/einstein +running +\w+@127/, /curie +error/, /bohr +hibernating/, /Ctrl\+C/]) {
      assert.match(running.output, words);
    }
    const file = join(dir, 'cli-home', '.celesto', 'credentials');
    assert.match(running.output, /^ *HOME=\S+cli-home celesto computer list --cloud/m);
    assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), {
      api_key: running.apiKey,
      email: 'ada@example.com',
      base_url: running.url,
    });
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const harness = new EmulatorHarness();
    harness.connectTo(running);
    const sleep = longSleep();
    await harness.exec('einstein', `setsid ${sleep} >/dev/null 2>&1 &`);
    await until('a sleep', async () => (await processesMatching(sleep)).length === 1);
    assert.equal(await end(running, 'SIGINT'), 0);
    assert.deepEqual(await processesMatching(sleep), []);
  });

  it('sets switches of the service', async () => {
    const running = await start(
      join(folder, 'june'),
      false,
      '--feature',
      'contract=2026-06',
      '--seed',
      'stopped',
    );
    const harness = new EmulatorHarness();
    harness.connectTo(running);
    const { headers, body } = await harness.get('einstein');
    assert.equal(headers.get(contractHeader), '2026-06');
    assert.ok(!('origin' in body));
    assert.equal(await end(running, 'SIGINT'), 0);
  });

  it('reports invalid options', async () => {
    const launcher = join(project, 'test/tools/emulator.mjs');
    const child = spawn(process.execPath, [launcher, '--times', 'begin=1'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let output = '';
    child.stderr.on('data', (data: Buffer) => (output += data.toString()));
    assert.equal((await once(child, 'close'))[0], 1);
    assert.match(output, /^--times begin: create, start/);
  });

  for (const isolation of ['plain', 'auto']) {
    it(`leaves no sshd and no terminal behind when it is killed (${isolation})`, async () => {
      const running = await start(join(folder, isolation), false, '--isolation', isolation);
      const harness = new EmulatorHarness();
      harness.connectTo(running);
      const endpoint = (await harness.get('einstein')).body.connection?.ssh ?? '';
      await harness.authorize('einstein');
      assert.equal((await harness.login('einstein', 'echo up')).stdout, 'up\n');
      const terminal = await TerminalClient.attach(harness, 'einstein');
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
  it('work, and report that they are plain', async () => {
    const dir = join(folder, 'ordinary');
    mkdirSync(dir);
    if (isRoot) {
      chownSync(folder, 4711, 4711);
      chownSync(dir, 4711, 4711);
    }
    const running = await start(dir, isRoot, '--isolation', 'plain');
    assert.match(running.output, /plain home folders of this user/);
    const harness = new EmulatorHarness();
    harness.connectTo(running);
    const { connection, id } = (await harness.get('einstein')).body;
    const home = join(dir, 'computers', id, 'home');
    if (isRoot) assert.match(connection?.ssh ?? '', /^grace@127/);
    await harness.authorize('einstein');
    assert.equal((await harness.exec('einstein', 'pwd; echo $HOME')).stdout, `${home}\n${home}\n`);
    assert.equal((await harness.login('einstein', 'pwd; echo $HOME')).stdout, `${home}\n${home}\n`);
    assert.equal((await harness.exec('einstein', 'cat /etc/ssh/*.pub | wc -l')).stdout.trim(), '2');

    const shell = await harness.ssh('einstein', '', ['-tt']);
    let shown = '';
    shell.stdout!.on('data', (data: Buffer) => (shown += data.toString()));
    await until('a prompt', () => /\w+@einstein:~[$#] /.test(shown));
    const sleep = longSleep();
    await harness.exec('einstein', `echo kept > note; setsid ${sleep} >/dev/null 2>&1 &`);
    await until('a sleep', async () => (await processesMatching(sleep)).length === 1);

    const control = connectControl(running.url, running.apiKey);
    const closed = once(shell, 'close');
    await control.setStatus({ id: 'einstein', status: 'stopped' });
    assert.equal((await closed)[0], 255);
    assert.deepEqual(await processesMatching(sleep), []);
    await control.setStatus({ id: 'einstein', status: 'running' });
    assert.equal((await harness.login('einstein', 'cat note')).stdout, 'kept\n');
    assert.equal(await end(running, 'SIGTERM'), 0);
    await until('the end of every sshd', async () => (await processesMatching(dir)).length === 0);
  });
});
