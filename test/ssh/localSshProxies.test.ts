import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { Computer } from '../../src/computers/computer';
import { KnownComputers } from '../../src/ssh/hostKeys/knownComputers';
import { ExtensionKey } from '../../src/ssh/keys/extensionKey';
import { LocalSshProxies, type LocalSshProxyDeps, quotePath } from '../../src/ssh/tunnel/localSshProxies';
import { until } from '../harness/until';
import { MemoryRecords, MemorySecrets } from '../unit/ssh/support/memory';
import { RecordingLog } from '../unit/support/recordingLog';
import { Service } from './support/service';

const run = promisify(execFile);

describe('a local SSH proxy to a computer', () => {
  const service = new Service();
  const signal = new AbortController().signal;
  let curie: Computer;

  before(async () => {
    await service.emulator.control.seed({ name: 'curie', listens: false });
    curie = await service.computer('curie');
  });

  /** A window, whose folder has a name that every shell and configuration takes for something else. */
  function openWindow(name = `it's 100% "a" folder`, client: LocalSshProxyDeps['client'] = service.client) {
    const log = new RecordingLog();
    const folder = join(service.folder, name);
    const knownComputers = new KnownComputers(new MemoryRecords());
    const proxies = new LocalSshProxies({
      client,
      extensionKey: new ExtensionKey(new MemorySecrets(), log),
      knownComputers,
      log,
      folder,
    });
    service.disposeAfterTests(proxies);
    return { proxies, folder, log };
  }

  /** Returns the output of a command that a user pastes into a terminal. */
  async function inShell(command: string): Promise<string> {
    const { stdout } = await run('sh', ['-c', `${command} < /dev/null`], { timeout: 30_000 });
    return stdout;
  }

  const configOf = (command: string): string =>
    execFileSync('sh', ['-c', `echo ${command.slice(7)}`]).toString();
  const portOf = (command: string): number => {
    const config = readFileSync(configOf(command).replace(/ \w+\n$/, ''), 'utf8');
    return Number(/Port (\d+)/.exec(config)![1]);
  };

  it('is one for all who ask at the same moment, and shut with the window', async () => {
    // The first of all, so that no other is still being shut.
    const open = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;
    let answer: ReturnType<LocalSshProxyDeps['client']['exec']> | undefined;
    const { proxies } = openWindow('same moment', {
      terminal: (...request) => service.client.terminal(...request),
      exec: (...request) => (answer ??= service.client.exec(...request)),
    });
    const before = open();
    const [command, other] = await Promise.all([1, 2].map(() => proxies.open(curie, signal)));
    assert.equal(command, other);
    assert.equal(open(), before + 1);
    proxies.dispose();
    await until('the proxy to be closed', () => open() === before);
  });

  it('lets OpenSSH in without a question, as often as it likes, also at once', async () => {
    const { proxies } = openWindow();
    const command = await proxies.open(curie, signal);
    const answers = await Promise.all([1, 2].map(() => inShell(`${command} 'hostname; id -un'`)));
    assert.deepEqual(answers, ['curie\nohm\n', 'curie\nohm\n']);
    assert.equal(await proxies.open(curie, signal), command);
    proxies.dispose();
  });

  it('lets scp in, too', async () => {
    const { proxies } = openWindow();
    const command = await proxies.open(curie, signal);
    const file = join(service.folder, 'to-copy');
    writeFileSync(file, 'ünï→漢字😀\n'.repeat(100_000));
    const scp = command.replace(/^ssh/, 'scp').replace(/ curie$/, '');
    await inShell(`${scp} ${file} curie:copied && ${scp} curie:copied ${file}.back`);
    assert.equal(readFileSync(`${file}.back`, 'utf8'), readFileSync(file, 'utf8'));
    proxies.dispose();
  });

  it('is for this machine alone, and its key for this user', async () => {
    const { proxies, folder } = openWindow('modes');
    const port = portOf(await proxies.open(curie, signal));
    const socket = connect(port, '127.0.0.2');
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    assert.equal(error.code, 'ECONNREFUSED');
    const [own = ''] = readdirSync(folder);
    const modeOf = (name: string) => (statSync(join(folder, own, name)).mode & 0o777).toString(8);
    assert.deepEqual(['.', 'key', 'config'].map(modeOf), ['700', '600', '600']);
    proxies.dispose();
  });

  it('is shut with the window: nothing of it is left, who is inside is put out', async () => {
    const { proxies, folder } = openWindow('shut');
    const command = await proxies.open(curie, signal);
    const port = portOf(command);
    const inside = spawn('sh', ['-c', `${command} 'echo in; sleep 600'`], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(inside.stdout, 'data');
    const left = once(inside, 'exit');
    proxies.dispose();
    await left;
    assert.deepEqual(readdirSync(folder), []);
    const [error] = (await once(connect(port, '127.0.0.1'), 'error')) as [NodeJS.ErrnoException];
    assert.equal(error.code, 'ECONNREFUSED');
  });

  it('knows computers of the same name apart, and those whose name is no word', async () => {
    const { control } = service.emulator;
    const { proxies } = openWindow('names');
    const { id } = await control.seed({ name: 'curie', listens: false });
    const twin = await service.computer(id);
    const odd = { ...twin, id: `${id}-x`, name: '$(touch oops)' };
    await service.run('curie', 'echo first > ~/which');
    await service.run(id, 'echo second > ~/which');
    const commands = [await proxies.open(curie, signal), await proxies.open(twin, signal)];
    assert.deepEqual(await Promise.all(commands.map((command) => inShell(`${command} cat which`))), [
      'first\n',
      'second\n',
    ]);
    const parts = { ...odd, id };
    proxies.dispose();
    const again = openWindow('odd');
    assert.match(await again.proxies.open(parts, signal), new RegExp(` ${id}$`));
    again.proxies.dispose();
  });

  it('hangs up on who connects when there is no way to the computer, and says why in the log', async () => {
    const { proxies, log } = openWindow('no way');
    const command = await proxies.open(curie, signal);
    const answer = { status: 500, body: { detail: 'No.' } };
    await service.emulator.control.addFault({ path: '/terminals$', times: 'always', answer });
    await assert.rejects(inShell(`${command} hostname`), /Connection (closed|reset)|kex_exchange/);
    assert.match(log.text, /^warn no tunnel for a client of the proxy: /m);
    proxies.dispose();
  });

  it('takes away what a window left that crashed, and nothing of one that lives', async () => {
    const folder = join(service.folder, 'crashed');
    const dead = spawn('true');
    await once(dead, 'exit');
    const names = [`ssh-${dead.pid}-abc`, `ssh-${process.ppid}-def`];
    for (const name of names) mkdirSync(join(folder, name), { recursive: true });
    const { proxies } = openWindow('crashed');
    await proxies.open(curie, signal);
    assert.deepEqual(
      names.map((name) => existsSync(join(folder, name))),
      [false, true],
    );
    proxies.dispose();
    assert.equal(dirname(folder), service.folder);
  });

  it('is named so that cmd and PowerShell understand it as well', () => {
    assert.equal(
      quotePath(String.raw`C:\Users\Ada B\ssh\config`, 'win32'),
      String.raw`"C:\Users\Ada B\ssh\config"`,
    );
    assert.equal(quotePath("/home/o'hara/config", 'linux'), String.raw`'/home/o'\''hara/config'`);
  });
});
