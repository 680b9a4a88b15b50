import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { until } from '../harness/until';
import { EmulatorHarness, processesMatching } from './emulatorHarness';
import { grantDisplay, RfbClient } from './rfbClient';

describe('the display of a computer', () => {
  const harness = new EmulatorHarness();
  let id = '';
  const files = async (computer = id): Promise<string[]> =>
    (await harness.exec(computer, 'ls')).stdout.split('\n');

  before(async () => {
    await harness.start();
    id = (await harness.emulator.control.seed({ name: 'curie', template: 'browser-agent' })).id;
  });

  it('is drawn: a terminal with a prompt fills it', async () => {
    const client = await RfbClient.open(await grantDisplay(harness, id));
    assert.deepEqual([client.width, client.height], [800, 600]);
    const pixels = await client.stillPixels();
    const colors = new Set(new Uint32Array(pixels.buffer, pixels.byteOffset, pixels.length / 4));
    assert.ok(colors.size >= 2, `${colors.size} colors`);
  });

  it('shows what is typed with a grant to read and write', async () => {
    const writer = await RfbClient.open(await grantDisplay(harness, id, 'read_write'));
    const before = await writer.stillPixels();
    writer.type('touch typed-by-writer\n');
    await writer.waitForChange(before);
    await until('the file', async () => (await files()).includes('typed-by-writer'));
  });

  it('ignores what is typed with a grant to read alone, while another one types', async () => {
    const writer = await RfbClient.open(await grantDisplay(harness, id, 'read_write'));
    const reader = await RfbClient.open(await grantDisplay(harness, id, 'read_only'));
    const before = await reader.stillPixels();
    reader.type('touch typed-by-reader\n');
    // Its server has read those keys when it answers.
    await reader.pixels();
    writer.type('touch typed-later\n');
    await until('the file', async () => (await files()).includes('typed-later'));
    assert.ok(!(await files()).includes('typed-by-reader'));
    await reader.waitForChange(before);
  });

  it('opens once for each token, and for its own alone', async () => {
    const grant = await grantDisplay(harness, id);
    assert.equal(grant.mode, 'read_only');
    await RfbClient.open(grant);
    await assert.rejects(RfbClient.open(grant), /401/);
    await assert.rejects(RfbClient.open({ ...grant, token: 'celesto' }), /401/);
  });

  it('does not open for a token that has expired', async () => {
    await harness.emulator.control.setFeatures({ tokenLife: 0 });
    const grant = await grantDisplay(harness, id);
    await harness.emulator.control.setFeatures({ tokenLife: 30_000 });
    await assert.rejects(RfbClient.open(grant), /401/);
  });

  it('is a display of its own for each computer', async () => {
    const other = await harness.emulator.control.seed({ name: 'noether', template: 'browser-agent' });
    const [one, two] = await Promise.all([
      RfbClient.open(await grantDisplay(harness, id, 'read_write')),
      RfbClient.open(await grantDisplay(harness, other.id, 'read_write')),
    ]);
    const before = await two.stillPixels();
    one.type('echo on curie\n');
    two.type('touch on-noether\n');
    await two.waitForChange(before);
    await until('the file', async () => (await harness.exec(other.id, 'ls')).stdout.includes('on-noether'));
  });

  it('listens on no port', async () => {
    const { stdout } = await harness.exec(id, 'cat /proc/net/tcp /proc/net/tcp6; cat /proc/net/unix');
    const listening = stdout.split('\n').filter((line) => /^ *\d+: \S+ \S+ 0A /.test(line));
    const ports = listening.map((line) => parseInt(/:([0-9A-F]{4}) /.exec(line)?.[1] ?? '', 16));
    assert.deepEqual(
      ports.filter((port) => port >= 5900 && port < 6100),
      [],
    );
    assert.doesNotMatch(stdout, /@\/tmp\/\.X11-unix/);
  });

  it('ends with the computer, and is there again after its start', async () => {
    const client = await RfbClient.open(await grantDisplay(harness, id));
    await harness.call('POST', '/v1/computers/{computer_id}/stop', { id });
    await client.closed;
    await harness.waitForStatus(id, 'stopped');
    await harness.call('POST', '/v1/computers/{computer_id}/start', { id });
    await harness.waitForStatus(id, 'running');
    await (await RfbClient.open(await grantDisplay(harness, id))).stillPixels();
  });

  it('leaves no process when the emulator stops', async () => {
    assert.ok((await processesMatching('Xvfb -displayfd')).length > 0);
    await harness.stop();
    await until('its end', async () => (await processesMatching('Xvfb -displayfd')).length === 0);
  });
});

describe('the display of a computer without namespaces', () => {
  const harness = new EmulatorHarness({ isolation: 'plain' });

  it('is drawn, and ends with the computer', async () => {
    await harness.start();
    const { id } = await harness.emulator.control.seed({ template: 'browser-agent' });
    const client = await RfbClient.open(await grantDisplay(harness, id, 'read_write'));
    const before = await client.stillPixels();
    client.type('touch typed\n');
    await client.waitForChange(before);
    await until('the file', async () => (await harness.exec(id, 'ls')).stdout.includes('typed'));
    await harness.call('POST', '/v1/computers/{computer_id}/stop', { id });
    await client.closed;
    await until('its end', async () => (await processesMatching('Xvfb -displayfd')).length === 0);
  });
});
