import assert from 'node:assert/strict';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { before, describe, it } from 'node:test';
import type { Computer } from '../../src/computers/computer';
import { until } from '../harness/until';
import { Installation } from './support/installation';
import { Service } from './support/service';
import type { TcpProxy } from './support/tcpProxy';

describe('a shell on a computer', () => {
  const service = new Service('einstein');
  let einstein: Computer;
  let installation: Installation;

  before(async () => {
    einstein = await service.computer('einstein');
    installation = new Installation(service);
  });

  it('shows the prompt of the user on that computer', async () => {
    const shell = await installation.shell(einstein);
    await shell.shows(/ohm@einstein:~\$ $/);
    assert.equal(await shell.run('hostname'), 'einstein');
    assert.equal(await shell.run('whoami; pwd'), 'ohm\n/home/ohm');
    assert.deepEqual(await shell.exit(), { code: 0, signal: undefined });
  });

  it('has the size asked for, and follows it', async () => {
    const shell = await installation.shell(einstein, { rows: 33, cols: 111 });
    assert.equal(await shell.run('stty size'), '33 111');
    shell.channel.setWindow(50, 200, 0, 0);
    assert.equal(await shell.run('stty size'), '50 200');
    await shell.exit();
  });

  it('gives each its own size when several are opened at once', async () => {
    const sizes = [
      { rows: 10, cols: 40 },
      { rows: 20, cols: 80 },
      { rows: 30, cols: 120 },
    ];
    const shells = await Promise.all(sizes.map((size) => installation.shell(einstein, size)));
    const reported = await Promise.all(shells.map((shell) => shell.run('stty size')));
    assert.deepEqual(reported, ['10 40', '20 80', '30 120']);
    await Promise.all(shells.map((shell) => shell.exit()));
  });

  it('knows the terminal and takes the environment that the server accepts', async () => {
    const env = { COLORTERM: 'truecolor', LANG: 'C.UTF-8', NOT_ACCEPTED: 'x' };
    const shell = await installation.shell(einstein, { env });
    assert.equal(
      await shell.run('echo $TERM,$COLORTERM,$LANG,$NOT_ACCEPTED'),
      'xterm-256color,truecolor,C.UTF-8,',
    );
    await shell.exit();
  });

  it('tells the exit code', async () => {
    const shell = await installation.shell(einstein);
    assert.deepEqual(await shell.exit(7), { code: 7, signal: undefined });
  });

  it('tells the signal that ended it', async () => {
    const shell = await installation.shell(einstein);
    await shell.prompt();
    shell.type('kill -9 $$\r');
    assert.deepEqual(await shell.end, { code: null, signal: 'SIGKILL' });
  });

  it('carries every character there and back', async () => {
    const text = 'Grüße, Ελλάδα, 日本語, 👩‍🚀, é';
    const shell = await installation.shell(einstein, { cols: 200 });
    assert.equal(await shell.run(`printf '%s\\n' '${text}' | tee ~/text`), text);
    assert.equal((await service.run('einstein', 'cat ~/text')).trim(), text);
    await shell.exit();
  });

  it('carries a megabyte of characters of all lengths without a broken one', async () => {
    const shell = await installation.shell(einstein);
    await shell.prompt();
    shell.type(`python3 -c "print('aé日👩' * 100000)"; echo done-$((1+1))\r`);
    await shell.shows(/done-2\r\n/);
    const [, lines = ''] = shell.output.split(/1\+1\)\)\s/);
    assert.equal(lines.match(/aé日👩/g)?.length, 100_000);
    assert.ok(!shell.output.includes('\ufffd'));
    await shell.exit();
  });

  it('erases whole characters in a line typed to a program without an editor of its own', async () => {
    const shell = await installation.shell(einstein);
    await shell.prompt();
    shell.type('cat > ~/typed\r');
    await shell.shows(/typed\r\n/);
    shell.type('aé\u007f日\u007fz\r');
    shell.type('\u0004');
    await shell.prompt();
    assert.equal(await service.run('einstein', 'cat ~/typed'), 'az\n');
    await shell.exit();
  });

  it('ends a program with Ctrl+C', async () => {
    const shell = await installation.shell(einstein);
    await shell.prompt();
    shell.type('yes\r');
    await shell.shows(/y\r\ny\r\n/);
    shell.type('\u0003');
    await shell.shows(/\^C[\s\S]*\$ $/);
    assert.equal(await shell.run('echo $?'), '130');
    await shell.exit();
  });
});

describe('a command on a computer', () => {
  const service = new Service('einstein');

  it('runs without a terminal: output, errors and exit code come apart', async () => {
    const installation = new Installation(service);
    const channel = await installation.pool.channel(
      await service.computer('einstein'),
      { signal: new AbortController().signal, timeoutMs: 0 },
      (connection) => connection.exec('tty; cat; echo bad >&2; exit 3'),
    );
    const exit = once(channel, 'exit');
    channel.end('from here\n');
    assert.deepEqual(await Promise.all([text(channel), text(channel.stderr)]), [
      'not a tty\nfrom here\n',
      'bad\n',
    ]);
    assert.equal((await exit)[0], 3);
  });
});

describe('several shells', () => {
  const service = new Service('einstein');
  let proxy: TcpProxy;
  let einstein: Computer;

  before(async () => {
    proxy = await service.proxy((await service.computer('einstein')).ssh!);
    einstein = await service.computer('einstein', proxy.endpoint('ohm'));
  });

  it('travel over one connection, one after the other and at once', async () => {
    const installation = new Installation(service);
    const before = proxy.connections;
    const first = await installation.shell(einstein);
    const others = await Promise.all([1, 2, 3].map(() => installation.shell(einstein)));
    for (const shell of [first, ...others]) assert.equal(await shell.run('hostname'), 'einstein');
    assert.equal(proxy.connections - before, 1);
    await Promise.all([first, ...others].map((shell) => shell.exit()));
  });

  it('take a second connection when the server opens no more on the first, and are not disturbed by it', async () => {
    const installation = new Installation(service);
    const before = proxy.connections;
    // OpenSSH opens ten sessions on a connection unless told otherwise.
    const shells = await Promise.all(Array.from({ length: 12 }, () => installation.shell(einstein)));
    assert.deepEqual(
      await Promise.all(shells.map((shell) => shell.run('hostname'))),
      Array(12).fill('einstein'),
    );
    assert.equal(proxy.connections - before, 2);
    await Promise.all(shells.map((shell) => shell.exit()));
  });

  it('end with their connection, and the next one makes a new one', async () => {
    const installation = new Installation(service);
    const shells = await Promise.all([installation.shell(einstein), installation.shell(einstein)]);
    for (const shell of shells) await shell.prompt();
    const before = proxy.connections;
    proxy.cut();
    for (const shell of shells) assert.deepEqual(await shell.end, { code: undefined, signal: undefined });
    assert.equal(await installation.visit(einstein), 'einstein');
    assert.equal(proxy.connections - before, 1);
  });

  it('leave a connection that closes when the pool is disposed', async () => {
    const installation = new Installation(service);
    await installation.visit(einstein);
    const [client] = proxy.proxied.at(-1)!.sockets;
    assert.equal(client.destroyed, false, 'it lingers');
    installation.pool.dispose();
    await until('the connection to be closed', () => client.destroyed);
  });
});
