import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { after, describe, it } from 'node:test';
import { Client } from 'ssh2';
import { silentLog } from '../../src/base/log';
import { ExtensionKey, type KeyPair } from '../../src/ssh/keys/extensionKey';
import { dialTunnel } from '../../src/ssh/tunnel/dialTunnel';
import {
  installRemoteSshd,
  type RemoteSshd,
  removeRemoteSshd,
  TunnelUnavailableError,
} from '../../src/ssh/tunnel/remoteSshd';
import { until } from '../harness/until';
import { MemorySecrets } from '../unit/ssh/support/memory';
import { Service } from './support/service';

const service = new Service('einstein');
const ownKey = new ExtensionKey(new MemorySecrets(), silentLog);
const signal = new AbortController().signal;

/** A computer that names no endpoint and on which nothing listens. */
async function hidden(
  options: Partial<Parameters<typeof service.emulator.control.seed>[0]> = {},
): Promise<string> {
  const { id } = await service.emulator.control.seed({ ssh: null, listens: false, ...options });
  return id;
}

async function helperOn(id: string): Promise<RemoteSshd> {
  return installRemoteSshd(service.client, id, await ownKey.get(), signal);
}

/** Logs in over the stream, with the host key that was told before. */
async function login(stream: Duplex, helper: RemoteSshd, key: KeyPair): Promise<Client> {
  const client = new Client();
  await new Promise<void>((resolve, reject) => {
    client.once('ready', resolve).once('error', reject);
    client.connect({
      sock: stream,
      username: helper.user,
      privateKey: key.privateKey,
      hostVerifier: (shown: Buffer) => shown.equals(helper.hostKey.blob),
    });
  });
  return client;
}

/** Runs a command, feeds it, and gives what it wrote. */
function run(client: Client, command: string, input: Buffer = Buffer.alloc(0)): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error) {
        reject(error);
        return;
      }
      const pieces: Buffer[] = [];
      channel.on('data', (piece: Buffer) => pieces.push(piece));
      channel.once('close', () => resolve(Buffer.concat(pieces)));
      channel.end(input);
    });
  });
}

describe('SSH carried by the terminal gateway', () => {
  const clients: Client[] = [];
  after(() => clients.forEach((client) => client.destroy()));

  async function reach(id: string): Promise<Client> {
    const helper = await helperOn(id);
    const client = await login(
      await dialTunnel(service.client, id, Promise.resolve(helper), signal),
      helper,
      await ownKey.get(),
    );
    clients.push(client);
    return client;
  }

  it('reaches a computer on which nothing listens', async () => {
    const id = await hidden();
    const client = await reach(id);
    const { name } = await service.client.get(id);
    assert.equal((await run(client, 'hostname; id -un')).toString(), `${name}\nohm\n`);
  });

  it('carries bytes exactly, both ways at once', async () => {
    const client = await reach(await hidden());
    const bytes = randomBytes(8 * 1024 * 1024);
    const back = await run(client, 'cat', bytes);
    const hash = (buffer: Buffer): string => createHash('sha256').update(buffer).digest('hex');
    assert.equal(hash(back), hash(bytes));
  });

  it('carries ten channels at once', async () => {
    const client = await reach(await hidden());
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => run(client, `sleep 0.1; echo channel ${i}`)),
    );
    assert.deepEqual(
      answers.map(String),
      Array.from({ length: 10 }, (_, i) => `channel ${i}\n`),
    );
  });

  for (const without of [[], ['python3']]) {
    const how = without.length === 0 ? 'python3' : 'perl';
    it(`goes through a gateway that passes on only text, with ${how}`, async () => {
      const client = await reach(await hidden({ gatewayFrames: 'text', without }));
      const bytes = randomBytes(1024 * 1024);
      assert.ok((await run(client, 'cat', bytes)).equals(bytes));
    });
  }

  it('says so where text alone goes through and nothing on the computer can carry bytes in it', async () => {
    const id = await hidden({ gatewayFrames: 'text', without: ['python3', 'perl'] });
    const helper = await helperOn(id);
    await assert.rejects(
      dialTunnel(service.client, id, Promise.resolve(helper), signal),
      TunnelUnavailableError,
    );
  });

  it('says so where the computer has no OpenSSH server', async () => {
    await assert.rejects(helperOn(await hidden({ sshd: false })), /it has no OpenSSH server/);
  });

  it('puts the same helper there however often it is asked, and takes it away whole', async () => {
    const id = await hidden();
    const first = await helperOn(id);
    const second = await helperOn(id);
    assert.deepEqual(second, first);
    assert.equal(await service.run(id, `wc -l < '${first.folder}/authorized_keys'`), '1\n');
    assert.equal(await service.run(id, `stat -c %a '${first.folder}'`), '700\n');
    await removeRemoteSshd(service.client, id, signal);
    assert.equal(await service.run(id, 'ls -d ~/.celesto-vscode 2>&1 | grep -c celesto-vscode/'), '0\n');
  });

  it('puts the same helper there for windows that come first at the same moment', async () => {
    const id = await hidden();
    const [first, ...others] = await Promise.all(Array.from({ length: 6 }, () => helperOn(id)));
    for (const other of others) assert.deepEqual(other, first);
    assert.equal(
      (await run(await reach(id), 'ls ~/.celesto-vscode/1 | tr "\\n" " "')).toString(),
      'authorized_keys host_key relay.pl relay.py sshd_config start ',
    );
  });

  it('leaves no session behind when the client says goodbye', async () => {
    const id = await hidden();
    const client = await reach(id);
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
    client.end();
    await closed;
    await until(
      'no terminal is left',
      async () => (await service.emulator.control.terminals({ id })).length === 0,
    );
  });

  it('can be cancelled', async () => {
    const id = await hidden();
    const helper = await helperOn(id);
    const cancel = new AbortController();
    await service.emulator.control.addFault({ method: 'POST', path: '/terminals$', delay: 60_000 });
    const dialling = dialTunnel(service.client, id, Promise.resolve(helper), cancel.signal);
    cancel.abort();
    await assert.rejects(dialling, { name: 'AbortError' });
  });
});
