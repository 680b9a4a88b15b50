import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { type WebSocket, WebSocketServer } from 'ws';
import type { DisplayGrant, DisplayMode } from '../../../src/api/wire';
import { type DisplayChannel, openDisplayChannel } from '../../../src/gateway/displayChannel';
import { GatewayAddressError } from '../../../src/gateway/gatewayAddress';
import { until } from '../../harness/until';

const megabyte = 1024 * 1024;

describe('a channel to a display', () => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  const { signal } = new AbortController();
  const asked: DisplayMode[] = [];
  let gatewayUrl = '';

  before(async () => {
    await once(server, 'listening');
    gatewayUrl = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/display?computer_id=cmp_1`;
  });
  after(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });

  /** Grants access to `gatewayUrl`, in the mode that is asked for. */
  const client = {
    display: (_id: string, mode: DisplayMode): Promise<DisplayGrant> => {
      asked.push(mode);
      const token = `token-${asked.length}`;
      return Promise.resolve({ gateway_url: gatewayUrl, token, expires_at: '2026-11-01T00:00:00Z', mode });
    },
  };
  const open = async (mode: DisplayMode = 'read_only'): Promise<[DisplayChannel, WebSocket, string]> => {
    const connected = once(server, 'connection') as Promise<[WebSocket, { url: string }]>;
    const channel = await openDisplayChannel(client, 'cmp_1', mode, signal);
    const [socket, { url }] = await connected;
    return [channel, socket, url];
  };

  it('asks for a grant of its own, and is in the mode of that', async () => {
    const [viewer, , first] = await open('read_only');
    const [writer, , second] = await open('read_write');
    assert.deepEqual(asked.splice(0), ['read_only', 'read_write']);
    assert.deepEqual([viewer.mode, writer.mode], ['read_only', 'read_write']);
    assert.match(first, /computer_id=cmp_1&token=token-1$/);
    assert.match(second, /token=token-2$/);
    viewer.dispose();
    writer.dispose();
  });

  it('passes bytes on in both directions, those included that came before anybody listened', async () => {
    server.once('connection', (connected: WebSocket) => {
      connected.send(Buffer.from('RFB 003.008\n'));
      connected.send('a text, which is no part of the protocol');
    });
    const [channel, socket] = await open();
    const received: Uint8Array[] = [];
    await new Promise((resolve) => setImmediate(resolve));
    channel.onBytes((bytes) => received.push(bytes));
    socket.send(Buffer.from([1, 1]));
    await until('both', () => received.length === 2);
    assert.equal(Buffer.concat(received).toString('latin1'), 'RFB 003.008\n\x01\x01');
    channel.send(new Uint8Array([1, 2, 3]));
    const [sent] = (await once(socket, 'message')) as [Buffer];
    assert.deepEqual([...sent], [1, 2, 3]);
    channel.dispose();
  });

  it('passes on memory of its own, and nothing around it', async () => {
    const [channel, socket] = await open();
    const received: Uint8Array[] = [];
    channel.onBytes((bytes) => received.push(bytes));
    socket.send(Buffer.from([7]));
    await until('the byte', () => received.length === 1);
    assert.equal(received[0]?.buffer.byteLength, 1);
    assert.equal(received[0].constructor, Uint8Array);
    channel.dispose();
  });

  it('stops reading while what it passed on is not used, and goes on then', async () => {
    const [channel, socket] = await open();
    let received = 0;
    channel.onBytes((bytes) => (received += bytes.length));
    for (let sent = 0; sent < 64; sent += 1) socket.send(Buffer.alloc(megabyte));
    await until('the limit', () => received >= 4 * megabyte);
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(received, 4 * megabyte);
    for (let used = 0; used < 64 * megabyte; used += megabyte) {
      await until('more', () => received > used);
      channel.acknowledge(megabyte);
    }
    assert.equal(received, 64 * megabyte);
    channel.dispose();
  });

  it('ends with the gateway, and the gateway with it', async () => {
    const [channel, socket] = await open();
    channel.onBytes(() => undefined);
    socket.close(1001);
    await channel.closed;
    const [other, itsSocket] = await open();
    other.dispose();
    const [code] = (await once(itsSocket, 'close')) as [number];
    assert.equal(code, 1000);
    await other.closed;
  });

  it('ends with a message that is too large, and says so', async () => {
    const [channel, socket] = await open();
    channel.onBytes(() => undefined);
    socket.send(Buffer.alloc(17 * megabyte));
    assert.equal((await channel.closed)?.problem, 'oversized');
  });

  it('does not connect to an address that is not safe', async () => {
    const safe = gatewayUrl;
    gatewayUrl = 'ws://screens.example/display';
    await assert.rejects(openDisplayChannel(client, 'cmp_1', 'read_only', signal), GatewayAddressError);
    gatewayUrl = safe;
  });
});
