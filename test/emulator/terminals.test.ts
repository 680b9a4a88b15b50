import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { until } from '../harness/until';
import { EmulatorHarness, longSleep, processesMatching } from './emulatorHarness';
import { grantTerminal, TerminalClient } from './terminalClient';

const computerRoute = '/v1/computers/{computer_id}';
const megabyte = 1024 * 1024;

for (const isolation of ['namespaces', 'plain'] as const) {
  const skip = isolation === 'namespaces' && process.getuid?.() !== 0 ? 'not root' : false;
  describe(`a terminal of a computer (${isolation})`, { skip }, () => {
    const harness = new EmulatorHarness({ isolation, seed: [{ name: 'einstein' }] });
    before(() => harness.start());
    const attach = (terminalId?: string) => TerminalClient.attach(harness, 'einstein', terminalId);

    it('is a login shell of the user in the home folder', async () => {
      const client = await attach();
      await client.shows(/\w+@einstein:~[$#] /);
      const user = (await harness.exec('einstein', 'id -un; echo $HOME')).stdout.trim();
      assert.equal(await client.run('id -un; pwd'), user);
      assert.equal(
        await client.run('echo $TERM; shopt -p login_shell'),
        'xterm-256color\nshopt -s login_shell',
      );
      assert.equal(await client.run('[ -t 0 ] && [ -t 1 ] && [ -t 2 ] && echo terminal'), 'terminal');
    });

    it('has the size that is set before and during its use', async () => {
      const client = await attach();
      client.resize(111, 33);
      assert.equal(await client.run('stty size'), '33 111');
      await client.run(`trap 'echo resized to $(stty size)' WINCH`);
      client.resize(65_535, 1);
      await client.shows(/resized to 1 65535/);
    });

    it('passes on typed input, as bytes or as text that is no resize message', async () => {
      const client = await attach();
      client.socket.send('echo ');
      client.socket.send(Buffer.from('"ä€𝄞"\n'));
      await client.shows(/[\r\n]ä€𝄞\r\n/);
      client.socket.send(`echo '{"type":"resize","cols":0,"rows":5}' | cat -\n`);
      await client.shows(/\r{"type":"resize","cols":0,"rows":5}\r\n/);
      const sleep = longSleep();
      client.type(`${sleep}\n`);
      await until('a sleep', async () => (await processesMatching(sleep)).length > 0);
      client.type('\x03');
      await until('no sleep', async () => (await processesMatching(sleep)).length === 0);
    });

    it('keeps its shell while no client is attached, and sends the output later', async () => {
      const first = await attach();
      await first.run('kept=4722; cd /');
      first.type('sleep 0.3; echo la""te\n');
      await first.detach();
      await until('output that waits', async () => {
        const terminals = await harness.emulator.control.terminals({ id: 'einstein' });
        const state = terminals.find(({ id }) => id === first.terminalId);
        return state?.isAttached === false && state.kept > 0;
      });
      const second = await attach(first.terminalId);
      assert.equal(second.terminalId, first.terminalId);
      await second.shows(/late\r\n/);
      assert.equal(await second.run('echo $kept; pwd'), '4722\n/');
      await second.detach();
      const third = await attach(first.terminalId);
      assert.equal(await third.run('echo again'), 'again');
      assert.doesNotMatch(third.text, /late/);
    });

    it('closes with 1000 when its shell ends, and is removed', async () => {
      const client = await attach();
      client.type('echo la""st; exit 5\n');
      assert.equal(await client.closed, '1000');
      assert.match(client.text, /last\r\n/);
      const body = { terminal_id: client.terminalId };
      const answer = await harness.call('POST', `${computerRoute}/terminals`, { id: 'einstein', body });
      assert.equal(answer.status, 404);
    });

    const leftBehind = longSleep();
    it('does not wait for background processes of its shell', async () => {
      const client = await attach();
      client.type(`trap "" HUP; ${leftBehind} & exit\n`);
      assert.equal(await client.closed, '1000');
    });

    it('ends with the computer', async () => {
      const client = await attach();
      await client.run('trap "" HUP');
      const sleep = longSleep();
      client.type(`${sleep}\n`);
      await until('a sleep', async () => (await processesMatching(sleep)).length > 0);
      await harness.call('POST', `${computerRoute}/stop`, { id: 'einstein' });
      assert.equal(await client.closed, '1001 the computer went down');
      await harness.waitForStatus('einstein', 'stopped');
      for (const process of [leftBehind, sleep]) assert.deepEqual(await processesMatching(process), []);
      const body = { terminal_id: client.terminalId };
      assert.equal(
        (await harness.call('POST', `${computerRoute}/terminals`, { id: 'einstein', body })).status,
        409,
      );
      await harness.call('POST', `${computerRoute}/start`, { id: 'einstein' });
      await harness.waitForStatus('einstein', 'running');
      assert.equal(
        (await harness.call('POST', `${computerRoute}/terminals`, { id: 'einstein', body })).status,
        404,
      );
    });

    it('leaves no process behind when the emulator ends', async () => {
      const [attached, left] = await Promise.all([attach(), attach()]);
      await Promise.all([attached.run('true'), left.run('true')]);
      await left.detach();
      const sleep = longSleep();
      attached.type(`trap "" HUP; ${sleep}\n`);
      await until('a sleep', async () => (await processesMatching(sleep)).length > 0);
      await harness.stop();
      await attached.closed;
      assert.deepEqual(await processesMatching(sleep), []);
      await until('no helper', async () => (await ownChildrenNaming('pty.py')).length === 0);
    });
  });
}

/** Command lines of descendants of this process that contain a text. */
async function ownChildrenNaming(text: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-ww', '-o', 'ppid=,args=']);
  const own = stdout.split('\n').filter((line) => Number.parseInt(line) === process.pid);
  return own.filter((line) => line.includes(text));
}

describe('the gateway', () => {
  const harness = new EmulatorHarness({ seed: [{ name: 'curie' }, { name: 'bohr' }] });
  before(() => harness.start());
  const attach = (terminalId?: string) => TerminalClient.attach(harness, 'curie', terminalId);

  it('accepts a token once, and only for its terminal', async () => {
    const grant = await grantTerminal(harness, 'curie');
    const refused = { message: 'Unexpected server response: 401' };
    const other = await grantTerminal(harness, 'bohr');
    await assert.rejects(TerminalClient.open({ ...other, gateway_url: grant.gateway_url }), refused);
    await assert.rejects(TerminalClient.open({ ...grant, token: 'wrong' }), refused);
    await assert.rejects(TerminalClient.open({ ...grant, token: '' }), refused);
    const client = await TerminalClient.open(grant);
    assert.equal(await client.run('hostname'), 'curie');
    await assert.rejects(TerminalClient.open(grant), refused);
    assert.equal(await client.run('echo still'), 'still');
    const again = await grantTerminal(harness, 'curie', grant.terminal_id);
    assert.notEqual(again.token, grant.token);
  });

  it('refuses an expired token', async () => {
    await harness.emulator.control.setFeatures({ tokenLife: 150 });
    const late = await grantTerminal(harness, 'curie');
    await until('its end', () => Date.now() > Date.parse(late.expires_at));
    await assert.rejects(TerminalClient.open(late), /401/);
    await harness.emulator.control.setFeatures({ tokenLife: 0 });
    await assert.rejects(TerminalClient.open(await grantTerminal(harness, 'curie')), /401/);
    await harness.emulator.control.setFeatures({ tokenLife: 30_000 });
    await attach();
  });

  it('gives a terminal to the client that attached last', async () => {
    const first = await attach();
    await first.run('mine=4726');
    const second = await attach(first.terminalId);
    assert.equal(await first.closed, '4001 replaced');
    assert.equal(await second.run('echo $mine'), '4726');
  });

  it('is transparent to every byte', async () => {
    const client = await attach();
    client.type('stty raw -echo; echo re""ady; cat\n');
    await client.shows(/ready\n/);
    const sent = Buffer.concat([
      Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
      randomBytes(20 * megabyte),
    ]);
    client.chunks.length = 0;
    for (let at = 0; at < sent.length; at += 100_000) client.socket.send(sent.subarray(at, at + 100_000));
    await until(
      'all of it',
      () => client.chunks.reduce((sum, { length }) => sum + length, 0) >= sent.length,
      60_000,
    );
    const received = Buffer.concat(client.chunks);
    assert.deepEqual(received.subarray(0, 256), sent.subarray(0, 256));
    assert.equal(sha256(received), sha256(sent));
    assert.equal(client.frames.text, 0);
  });

  it('blocks the computer while the client does not read, and loses nothing', async () => {
    const total = 200 * megabyte;
    const client = await attach();
    client.type(`stty raw -echo; echo re""ady; read; yes | head -c ${total}\n`);
    await client.shows(/ready\n/);
    client.socket.removeAllListeners('message');
    const before = process.memoryUsage().rss;
    client.socket.pause();
    client.type('\n');
    const written = async () => {
      const { stdout } = await harness.exec('curie', 'grep wchar /proc/$(pgrep -nx head)/io');
      return Number(/\d+/.exec(stdout)?.[0]);
    };
    let last = 0;
    const stalledAt = await until('the computer to wait', async () => {
      const now = await written();
      const isStill = now > 0 && now === last;
      last = now;
      return isStill && now;
    });
    assert.ok(stalledAt < 32 * megabyte, `${stalledAt} bytes were written`);

    const hash = createHash('sha256');
    let received = 0;
    let most = 0;
    client.socket.on('message', (data: Buffer) => {
      // The prompt follows, in one frame or in several.
      hash.update(data.subarray(0, Math.max(0, total - received)));
      received += data.length;
      most = Math.max(most, process.memoryUsage.rss());
    });
    client.socket.resume();
    await until('all of it', () => received >= total, 120_000);
    assert.equal(hash.digest('hex'), sha256(Buffer.alloc(total, 'y\n')));
    assert.ok(most - before < 128 * megabyte, `${most - before} bytes more in memory`);
  });

  it('blocks the client while the computer does not read', async () => {
    const client = await attach();
    client.type(
      `stty raw -echo; echo re""ady; until [ -e ~/go ]; do sleep 0.05; done; head -c ${32 * megabyte} | wc -c\n`,
    );
    await client.shows(/ready\n/);
    for (let count = 0; count < 32; count++) client.socket.send(Buffer.alloc(megabyte, 'x'));
    let pongs = 0;
    client.socket.on('pong', () => pongs++).ping();
    const waiting: number[] = [];
    await until('the connection to be full', () => {
      waiting.push(client.socket.bufferedAmount);
      return waiting.length > 10 && new Set(waiting.slice(-10)).size === 1;
    });
    const left = waiting.at(-1)!;
    assert.ok(left > 16 * megabyte && pongs === 0, `${left} bytes wait, ${pongs} pongs`);
    await harness.exec('curie', 'touch ~/go');
    await client.shows(new RegExp(`\n${32 * megabyte}\n`));
  });

  it('keeps the last 256 KiB for the next client', async () => {
    const client = await attach();
    await client.run('true');
    client.type('sleep 0.2; seq 100000; touch ~/written\n');
    await client.detach();
    await until(
      'all to be written',
      async () => (await harness.exec('curie', 'ls ~/written')).exit_code === 0,
    );
    await until('as much to be kept', async () => {
      const terminals = await harness.emulator.control.terminals({ id: 'curie' });
      return terminals.find(({ id }) => id === client.terminalId)?.kept === 256 * 1024;
    });
    const next = await attach(client.terminalId);
    await next.shows(/\n100000\r\n[^]*\$ $/);
    const numbers =
      next.text
        .match(/\d+(?=\r\n)/g)
        ?.slice(1)
        .map(Number) ?? [];
    assert.deepEqual(
      numbers,
      Array.from(numbers, (_, index) => 100_001 - numbers.length + index),
    );
    assert.ok(numbers.length > 35_000);
    // Some output may still have been in flight.
    assert.ok(numbers.length < 99_000);
  });

  it('sends binary frames unchanged, or text frames with invalid UTF-8 replaced', async () => {
    const { control } = harness.emulator;
    const show = async () => {
      const client = await attach();
      // A character in two writes, and a byte that is not UTF-8.
      const command = `printf 'ä€\\xf0\\x9d'; sleep 0.2; printf '\\x84\\x9e \\xff!'`;
      client.type(`clear; ${command}; echo; echo re""ady\n`);
      await client.shows(/ready\r\n/);
      const shown = Buffer.concat(client.chunks).toString('latin1');
      const line = Buffer.from(/(\xc3\xa4.*)\r\nready/.exec(shown)?.[1] ?? '', 'latin1');
      return { line, frames: client.frames };
    };
    const binary = await show();
    assert.deepEqual(
      binary.line,
      Buffer.concat([Buffer.from('ä€𝄞 '), Buffer.from([0xff]), Buffer.from('!')]),
    );
    assert.equal(binary.frames.text, 0);

    await control.setFeatures({ gatewayFrames: 'text' });
    const text = await show();
    assert.equal(text.line.toString(), 'ä€𝄞 \ufffd!');
    assert.equal(text.frames.binary, 0);

    await control.setGatewayFrames({ id: 'curie', frames: 'binary' });
    assert.equal((await show()).frames.text, 0);
    await control.setFeatures({ gatewayFrames: 'binary' });
    const { id } = await control.seed({ gatewayFrames: 'text' });
    const seeded = await TerminalClient.attach(harness, id);
    await seeded.run('true');
    assert.equal(seeded.frames.binary, 0);
  });

  it('answers pings', async () => {
    const client = await attach();
    const pong = new Promise((resolve) => client.socket.once('pong', resolve));
    client.socket.ping('are you there?');
    assert.equal(String(await pong), 'are you there?');
  });

  it('accepts messages up to 1 MiB', async () => {
    const client = await attach();
    client.type('stty raw -echo; echo re""ady; cat >/dev/null\n');
    await client.shows(/ready\n/);
    client.socket.send(Buffer.alloc(megabyte));
    client.socket.ping();
    await new Promise((resolve) => client.socket.once('pong', resolve));
    client.socket.send(Buffer.alloc(megabyte + 1));
    assert.equal(await client.closed, '1009');
  });

  it('answers 404 for other paths', async () => {
    const grant = await grantTerminal(harness, 'curie');
    const elsewhere = { ...grant, gateway_url: grant.gateway_url.replace('/gateway/', '/v1/') };
    await assert.rejects(TerminalClient.open(elsewhere), /404/);
  });

  it('carries ten terminals of a computer at once', async () => {
    const clients = await Promise.all(Array.from({ length: 10 }, () => attach()));
    const outputs = await Promise.all(clients.map((client, index) => client.run(`echo terminal ${index}`)));
    assert.deepEqual(
      outputs,
      Array.from(clients, (_, index) => `terminal ${index}`),
    );
  });
});

function sha256(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
