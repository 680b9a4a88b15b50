import assert from 'node:assert/strict';
import { createCipheriv, createHash, type Hash } from 'node:crypto';
import { finished } from 'node:stream/promises';
import { before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientChannel, SFTPWrapper } from 'ssh2';
import type { Computer } from '../../src/computers/computer';
import { openGatewayTerminal } from '../../src/gateway/gatewayTerminal';
import type { SshConnection } from '../../src/ssh/connection/connection';
import type { SshTransportName } from '../../src/ssh/connection/sshTransport';
import { GatewaySession } from '../../src/terminal/gatewaySession';
import { until } from '../harness/until';
import { Installation } from './support/installation';
import { Service } from './support/service';
import { SessionOutput } from './support/sessionOutput';

const mebibyte = 1024 * 1024;
const signal = new AbortController().signal;

describe('a computer by each transport', () => {
  const service = new Service('einstein');
  let einstein: Computer;
  let curie: Computer;

  before(async () => {
    await service.emulator.control.seed({ name: 'curie', listens: false });
    einstein = await service.computer('einstein');
    curie = await service.computer('curie');
  });

  const open = <T extends ClientChannel | SFTPWrapper>(
    installation: Installation,
    transport: SshTransportName,
    what: (connection: SshConnection) => Promise<T>,
  ): Promise<T> =>
    installation.pool.channel(
      transport === 'ssh' ? einstein : curie,
      { signal, timeoutMs: 0, transport },
      what,
    );

  describe('through its gateway', () => {
    const transport = 'tunnel';

    it('gives its files by SFTP', async () => {
      const installation = new Installation(service);
      const sftp = await open(installation, transport, (connection) => connection.sftp());
      const text = 'ünï→漢字😀\n'.repeat(50_000);
      await new Promise<void>((resolve, reject) =>
        sftp.writeFile('by-sftp.txt', text, (error) => (error ? reject(error) : resolve())),
      );
      const size = await service.run('curie', 'stat -c %s ~/by-sftp.txt');
      assert.equal(Number(size), Buffer.byteLength(text));
      const back = await new Promise<Buffer>((resolve, reject) =>
        sftp.readFile('by-sftp.txt', (error, data) => (error ? reject(error) : resolve(data))),
      );
      assert.equal(back.toString(), text);
      installation.pool.dispose();
    });

    it('carries ten channels, terminals and files among them, over one session', async () => {
      const { control } = service.emulator;
      await until('nobody is there', async () => (await control.terminals({ id: 'curie' })).length === 0);
      const installation = new Installation(service);
      const shells = await Promise.all([1, 2, 3, 4, 5].map(() => installation.shell(curie, { transport })));
      const files = await Promise.all(
        [1, 2, 3, 4, 5].map(() => open(installation, transport, (connection) => connection.sftp())),
      );
      const answers = shells.map((shell, i) => shell.run(`sleep 0.2; echo "$(hostname) ${i}"`));
      assert.deepEqual(
        await Promise.all(answers),
        shells.map((_, i) => `curie ${i}`),
      );
      for (const sftp of files) {
        const home = await new Promise<string>((resolve, reject) =>
          sftp.realpath('.', (error, path) => (error ? reject(error) : resolve(path))),
        );
        assert.equal(home, '/home/ohm');
        sftp.end();
      }
      const terminals = await control.terminals({ id: 'curie' });
      assert.equal(terminals.length, 1, 'the second terminal, and all that follow, share what is there');
      await Promise.all(shells.map((shell) => shell.exit()));
      installation.pool.dispose();
    });

    it('is known the next time: nothing is run on it any more', async () => {
      const installation = new Installation(service);
      await installation.visit(curie, { transport });
      assert.equal(await service.execCalls(), 1);
      installation.pool.dispose();
      await service.refuseExec();
      assert.equal(await installation.visit(curie, { transport }), 'curie');
      assert.equal(await service.execCalls(), 1);
    });

    it('gets its helper back that was taken away meanwhile', async () => {
      const installation = new Installation(service);
      await installation.visit(curie, { transport });
      installation.pool.dispose();
      await service.run('curie', 'rm -rf ~/.celesto-vscode');
      assert.equal(await installation.visit(curie, { transport }), 'curie');
      assert.equal(await service.execCalls(), 2);
      assert.equal(installation.questions.length, 0, 'its new host key is known from who put it there');
    });

    it('lets a new key in, which takes the place of the old one', async () => {
      const before = new Installation(service);
      await before.visit(curie, { transport });
      before.pool.dispose();
      const after = new Installation(service);
      after.knownComputers.update(curie.id, 'tunnel', before.knownComputers.get(curie.id).tunnel!);
      assert.equal(await after.visit(curie, { transport }), 'curie');
      assert.equal(await service.execCalls(), 2);
    });
  });

  describe('200 MB', () => {
    const size = 200_000_000;
    const key = Buffer.alloc(16, 7);
    /** Bytes that look random and can be made anywhere. */
    const make = `head -c ${size} /dev/zero | openssl enc -aes-128-ctr -nosalt -K ${key.toString('hex')} -iv ${'0'.repeat(32)}`;
    let wanted = '';

    before(() => {
      const hash = createHash('sha256');
      for (const piece of pieces()) hash.update(piece);
      wanted = hash.digest('hex');
    });

    function* pieces(): Generator<Buffer> {
      const cipher = createCipheriv('aes-128-ctr', key, Buffer.alloc(16));
      const zeros = Buffer.alloc(500_000);
      for (let made = 0; made < size; made += zeros.length) yield cipher.update(zeros);
    }

    for (const transport of ['ssh', 'tunnel'] as const) {
      it(`come ${transport === 'ssh' ? 'directly' : 'through the gateway'}, exact, and wait where they are while nobody reads them`, async () => {
        const channel = await open(new Installation(service), transport, (connection) =>
          connection.exec(make),
        );
        const reading = new Reading();
        channel.on('data', (bytes: Buffer) => {
          if (reading.take(bytes)) return;
          channel.pause();
          void reading.pause().then(() => channel.resume());
        });
        await finished(channel, { writable: false });
        assert.deepEqual(reading.result, { bytes: size, hash: wanted });
        reading.couldRest();
      });
    }

    it('go through the gateway, exact', async () => {
      const channel = await open(new Installation(service), 'tunnel', (connection) =>
        connection.exec('sha256sum'),
      );
      let output = '';
      channel.on('data', (bytes: Buffer) => (output += bytes.toString()));
      const memory = new Memory();
      for (const piece of pieces()) {
        memory.look();
        if (!channel.write(piece)) await new Promise((resolve) => channel.once('drain', resolve));
      }
      channel.end();
      await finished(channel, { writable: false });
      assert.equal(output.slice(0, 64), wanted);
      memory.grewLittle();
    });

    it('come through a plain session, exact, and wait where they are while nobody reads them', async () => {
      const { socket } = await openGatewayTerminal(service.client, 'curie', undefined, signal);
      const session = new GatewaySession(socket, { rows: 24, columns: 80 });
      const reading = new Reading();
      let shown = '';
      const showing = session.onData((bytes) => (shown += Buffer.from(bytes).toString('latin1')));
      session.write(`stty raw -echo; echo rea''dy; head -c 1 > /dev/null; ${make}; sleep 600\r`);
      await until('it is ready', () => shown.includes('ready\n'));
      session.onData((bytes) => {
        if (reading.take(bytes)) return;
        session.pause();
        void reading.pause().then(() => session.resume());
      });
      showing.dispose();
      session.write('x');
      await until('all has come', () => reading.result.bytes >= size, 120_000);
      assert.deepEqual(reading.result, { bytes: size, hash: wanted });
      reading.couldRest();
      session.close();
    });
  });

  it('is remembered with what was agreed on, as long as the connection stands', async () => {
    const { pool } = new Installation(service);
    const channel = await pool.channel(einstein, { signal, timeoutMs: 0 }, (connection) =>
      connection.exec('true'),
    );
    const [only] = pool.connections;
    assert.equal(only?.computerId, einstein.id);
    const { negotiated: handshake } = only.connection;
    assert.match(handshake?.server ?? '', /^SSH-2\.0-OpenSSH_\S+/);
    assert.match(handshake?.kex ?? '', /^(curve25519|ecdh|diffie)-/);
    assert.equal(handshake?.hostKey, 'ssh-ed25519');
    assert.match(handshake.cipher, /^(aes|chacha20)/);
    channel.close();
    pool.dispose();
    await until('the end of the connection', () => pool.connections.length === 0);
  });

  it('leaves no token, key or gateway address in the log', async () => {
    const { emulator, log } = service;
    const installation = new Installation(service);
    for (const transport of ['ssh', 'tunnel'] as const) {
      assert.match(
        await installation.visit(transport === 'ssh' ? einstein : curie, { transport }),
        /einstein|curie/,
      );
    }
    const { socket } = await openGatewayTerminal(service.client, 'curie', undefined, signal);
    const screen = new SessionOutput(new GatewaySession(socket, { rows: 24, columns: 80 }));
    await screen.shows('$ ');
    await screen.close();
    // A failure is logged in more detail.
    installation.pool.dispose();
    await emulator.control.addFault({ path: '^/gateway/', times: 2, answer: { status: 401 } });
    await assert.rejects(installation.visit(curie, { transport: 'tunnel' }));
    await emulator.control.setFeatures({ gatewayUrl: 'ws://gateway.example/secret-place' });
    await assert.rejects(installation.visit(curie, { transport: 'tunnel' }));
    await emulator.control.setFeatures({ gatewayUrl: null });
    const { privateKey } = await installation.extensionKey.get();
    const secrets = service.tickets.flatMap(({ token, gateway_url: url }) => [token, url]);
    secrets.push(emulator.apiKey, '/gateway/', 'secret-place', ...privateKey.split('\n').slice(1, -2));
    const written = `${log.text}\n${installation.log.text}`;
    assert.match(written, /POST .*\/terminals/);
    assert.match(written, /connected to ohm@curie \(through its terminal gateway\)/);
    for (const secret of secrets) assert.ok(!written.includes(secret), `${secret} in\n${written}`);
    assert.ok(secrets.length > 10);
  });
});

/** Measures the memory of the whole process, the emulator included. */
class Memory {
  private readonly before = inUse();
  private most = 0;

  look(): void {
    this.most = Math.max(this.most, inUse() - this.before);
  }

  grewLittle(): void {
    assert.ok(this.most < 100 * mebibyte, `${Math.round(this.most / mebibyte)} MiB`);
  }
}

function inUse(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Reads a stream, with a rest in the middle. */
class Reading {
  private readonly hash: Hash = createHash('sha256');
  private bytes = 0;
  private rested = false;
  private meanwhile = 0;
  private readonly memory = new Memory();

  /** @returns whether it goes on reading */
  take(bytes: Uint8Array): boolean {
    this.bytes += bytes.length;
    this.hash.update(bytes);
    this.memory.look();
    return this.rested || this.bytes < 50_000_000;
  }

  async pause(): Promise<void> {
    this.rested = true;
    const { bytes } = this;
    await sleep(1_000);
    this.memory.look();
    this.meanwhile = this.bytes - bytes;
  }

  get result(): { bytes: number; hash: string } {
    return { bytes: this.bytes, hash: this.hash.copy().digest('hex') };
  }

  /** Nothing comes while it rests, nor is it kept anywhere here. */
  couldRest(): void {
    assert.ok(this.meanwhile < 4 * mebibyte, `${this.meanwhile} bytes came while nobody read`);
    this.memory.grewLittle();
  }
}
