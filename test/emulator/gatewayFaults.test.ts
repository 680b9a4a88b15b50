import assert from 'node:assert/strict';
import { once } from 'node:events';
import { before, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { connectControl } from './control';
import { EmulatorHarness } from './emulatorHarness';
import { grantTerminal, TerminalClient } from './terminalClient';

const mebibyte = 1024 * 1024;

describe('faults of the gateway', () => {
  const harness = new EmulatorHarness({ seed: [{ name: 'dirac' }, { name: 'fermi' }] });
  const id = 'dirac';
  before(() => harness.start());
  beforeEach(async () => {
    await harness.emulator.control.clearFaults();
    await harness.emulator.control.clearRequests();
  });
  const attach = (terminalId?: string) => TerminalClient.attach(harness, id, terminalId);
  /** Attaches again and checks that it is the same shell. */
  const livesOn = async ({ terminalId }: TerminalClient) => {
    const again = await attach(terminalId);
    assert.equal(await again.run('echo $mine'), '4731');
    await again.detach();
  };

  it('refuse upgrades with a status, a number of times', async () => {
    const path = '^/gateway/';
    await harness.emulator.control.addFault({
      path,
      times: 2,
      answer: { status: 503, body: { detail: 'Full.' } },
    });
    const grant = await grantTerminal(harness, id);
    await assert.rejects(TerminalClient.open(grant), /503/);
    await assert.rejects(TerminalClient.open(grant), /503/);
    const client = await TerminalClient.open(grant);
    assert.equal(await client.run('echo in'), 'in');
  });

  it('drop, delay and never answer upgrades', async () => {
    const { control } = harness.emulator;
    const grant = await grantTerminal(harness, id);
    await control.addFault({ path: '^/gateway/', drop: true });
    await assert.rejects(TerminalClient.open(grant), /socket hang up/);
    await control.addFault({ path: '^/gateway/', hang: true });
    await assert.rejects(TerminalClient.open(grant, { handshakeTimeout: 200 }), /handshake has timed out/);
    await control.addFault({ path: '^/gateway/', delay: 300 });
    const started = performance.now();
    await TerminalClient.open(grant);
    assert.ok(performance.now() - started >= 300);
  });

  for (const code of [1001, 1006, 1008, 1011, 4321]) {
    it(`close with ${code}, while the terminal stays`, async () => {
      const client = await attach();
      const other = await TerminalClient.attach(harness, 'fermi');
      await client.run('mine=4731');
      await harness.emulator.control.closeGateway({ id, code, reason: code === 1006 ? '' : 'on purpose' });
      assert.equal(await client.closed, code === 1006 ? '1006' : `${code} on purpose`);
      assert.equal(await other.run('hostname'), 'fermi');
      await livesOn(client);
    });
  }

  it('stop output and pongs on an open connection, then resume without loss', async () => {
    const { control } = harness.emulator;
    const client = await attach();
    await client.run('true');
    await control.silenceGateway({ id });
    let pongs = 0;
    client.socket.on('pong', () => pongs++);
    client.socket.ping();
    const seen = client.text;
    client.type('echo he""ard > ~/heard; seq 1000\n');
    await delay(300);
    assert.deepEqual([client.text, pongs, client.socket.readyState], [seen, 0, client.socket.OPEN]);
    assert.notEqual((await harness.exec(id, 'cat ~/heard')).exit_code, 0);
    await control.silenceGateway({ id, silent: false });
    await once(client.socket, 'pong');
    await client.shows(/\n999\r\n1000\r\n/);
  });

  it('stop output until another client attaches', async () => {
    const client = await attach();
    await client.run('mine=4731');
    await harness.emulator.control.silenceGateway({ id });
    await livesOn(client);
    assert.equal(await client.closed, '1006');
  });

  it('send a message beyond the limit', async () => {
    const { control } = harness.emulator;
    const strict = await attach();
    await control.sendFrame({ id });
    assert.equal(await strict.closed, '1006');
    const lax = await TerminalClient.open(await grantTerminal(harness, id), { maxPayload: 2 * mebibyte });
    await lax.run('true');
    lax.chunks.length = 0;
    await control.sendFrame({ id });
    await lax.shows(/x/);
    assert.deepEqual(
      lax.chunks.map(({ length }) => length),
      [mebibyte + 1],
    );
  });

  it('send half a frame and drop the connection', async () => {
    const client = await attach();
    await client.run('mine=4731');
    client.chunks.length = 0;
    await harness.emulator.control.sendHalfFrame({ id });
    assert.equal(await client.closed, '1006');
    assert.equal(client.text, '');
    await livesOn(client);
  });

  it('answer with any text as the gateway URL', async () => {
    for (const gatewayUrl of ['http://127.0.0.1/', 'ws://ada:secret@127.0.0.1/#part', 'no address', '']) {
      await harness.emulator.control.setFeatures({ gatewayUrl });
      assert.equal((await grantTerminal(harness, id)).gateway_url, gatewayUrl);
    }
    await harness.emulator.control.setFeatures({ gatewayUrl: null });
    await attach();
  });

  it('refuse commands while terminals work', async () => {
    const path = `/${id}/exec$`;
    await harness.emulator.control.addFault({ path, times: 'always', answer: { status: 403 } });
    const answer = await harness.call('POST', '/v1/computers/{computer_id}/exec', {
      id,
      body: { command: 'true' },
    });
    assert.equal(answer.status, 403);
    assert.equal(await (await attach()).run('echo in'), 'in');
  });

  it('can be added over HTTP; requests of the gateway are recorded without the token', async () => {
    const { url, apiKey } = harness.emulator;
    const control = connectControl(url, apiKey);
    const grant = await grantTerminal(harness, id);
    const client = await TerminalClient.open(grant);
    const state = (await control.terminals({ id })).find((terminal) => terminal.id === grant.terminal_id);
    assert.deepEqual(state, { id: grant.terminal_id, isAttached: true, kept: 0 });
    await control.closeGateway({ id, code: 4002, reason: 'from outside' });
    assert.equal(await client.closed, '4002 from outside');
    await assert.rejects(TerminalClient.open(grant), /401/);
    const entries = await control.requests({ path: '^/gateway/' });
    assert.deepEqual(
      entries.map(({ method, query, headers, status }) => [method, query, headers.authorization, status]),
      [101, 401].map((status) => ['GET', { terminal_id: grant.terminal_id, token: '…' }, undefined, status]),
    );
    assert.doesNotMatch(JSON.stringify(entries), new RegExp(grant.token));
  });
});
