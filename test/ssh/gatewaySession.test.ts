import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openGatewayTerminal } from '../../src/gateway/gatewayTerminal';
import { GatewaySession } from '../../src/terminal/gatewaySession';
import { Service } from './support/service';
import { SessionOutput } from './support/sessionOutput';

const service = new Service('einstein');
const signal = new AbortController().signal;

async function open(name: string, terminalId?: string): Promise<SessionOutput & { terminalId: string }> {
  const attachment = await openGatewayTerminal(service.client, name, terminalId, signal);
  const screen = new SessionOutput(new GatewaySession(attachment.socket, { rows: 33, columns: 101 }));
  return Object.assign(screen, { terminalId: attachment.terminalId });
}

describe('a session of the terminal gateway', () => {
  it('is a shell of the size it was opened with, and follows a new one', async () => {
    const screen = await open('einstein');
    await screen.shows('$ ');
    screen.session.write('stty size; echo "ünï→😀"\r');
    await screen.shows('33 101\r\n');
    await screen.shows('ünï→😀\r\n');
    screen.session.resize({ rows: 20, columns: 60 });
    screen.session.write('stty size\r');
    await screen.shows('20 60\r\n');
    screen.session.close();
    await screen.ends();
  });

  it('takes what looks like a control message as input', async () => {
    const screen = await open('einstein');
    await screen.shows('$ ');
    screen.session.write('echo \'{"type":"resize","cols":1,"rows":1}\' | wc -c\r');
    await screen.shows('\r36\r\n');
    screen.session.close();
  });

  it('ends when the shell does', async () => {
    const screen = await open('einstein');
    await screen.shows('$ ');
    screen.session.write('exit\r');
    assert.deepEqual(await screen.ends(), { kind: 'exited', code: undefined, signal: undefined });
  });

  it('tells that it was lost, with the code of the gateway', async () => {
    const screen = await open('einstein');
    await screen.shows('$ ');
    const { id } = await service.client.get('einstein');
    await service.emulator.control.closeGateway({ id, code: 1011, reason: 'host went away' });
    const ending = await screen.ends();
    assert.match(ending.kind === 'lost' ? String(ending.cause) : ending.kind, /1011, host went away/);
  });

  it('leaves the shell running when it is closed, and goes back to it', async () => {
    const first = await open('einstein');
    await first.shows('$ ');
    first.session.write('answer=42\r');
    await first.shows('answer=42');
    first.session.close();
    await first.ends();
    const second = await open('einstein', first.terminalId);
    second.session.write('echo "it is $answer"\r');
    await second.shows('it is 42\r\n');
    second.session.close();
  });

  it('holds output back while it is paused, and loses none of it', async () => {
    const screen = await open('einstein');
    await screen.shows('$ ');
    screen.session.pause();
    screen.session.write('seq 1 200000; echo do""ne\r');
    screen.session.resume();
    await screen.shows('200000\r\ndone');
    const numbers = screen.text.slice(screen.text.indexOf('2004l\r1\r\n') + 6).split('\r\n');
    const counted = Array.from({ length: 200_000 }, (_, i) => String(i + 1));
    assert.deepEqual(numbers.slice(0, 200_000), counted);
    screen.session.close();
  });
});
