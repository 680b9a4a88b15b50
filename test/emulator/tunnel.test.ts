import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import ssh2, { type ClientChannel, type SFTPWrapper } from 'ssh2';
import { createWebSocketStream } from 'ws';
import { until } from '../harness/until';
import { EmulatorHarness } from './emulatorHarness';
import { TerminalClient } from './terminalClient';

const { Client, utils } = ssh2;
const folder = '$HOME/.celesto/sshd';

/** Shell script that sets up a private sshd in the user's folder, with a host key of its own and no listener. It prints the host key. */
const setUp = (authorizedKey: string): string => `
umask 077
mkdir -p ${folder} && cd ${folder} || exit
ssh-keygen -q -t ed25519 -N '' -C '' -f host_key </dev/null || exit
echo '${authorizedKey}' > authorized_keys
cat > config <<EOF
HostKey ${folder}/host_key
AuthorizedKeysFile ${folder}/authorized_keys
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PrintMotd no
PrintLastLog no
PidFile none
MaxSessions 100
ClientAliveInterval 1
ClientAliveCountMax 3
Subsystem sftp internal-sftp
EOF
cat > start <<EOF
stty raw -echo && printf '\\036ready\\036' && exec /usr/sbin/sshd -i -f ${folder}/config -E ${folder}/log
EOF
cat host_key.pub`;
const readyMarker = Buffer.from('\x1eready\x1e');

/** Resolves when a stream has sent a marker; the data after it are still to be read. */
async function skipReadyMarker(stream: Duplex): Promise<void> {
  let received = Buffer.alloc(0);
  while (!received.includes(readyMarker)) {
    const chunk = stream.read() as Buffer | null;
    if (chunk === null) await once(stream, 'readable');
    else received = Buffer.concat([received, chunk]);
  }
  const following = received.subarray(received.indexOf(readyMarker) + readyMarker.length);
  if (following.length > 0) stream.unshift(following);
}

describe('SSH through a terminal, by an sshd of the user that listens nowhere', () => {
  const harness = new EmulatorHarness({ seed: [{ name: 'einstein', listens: false }] });
  const id = 'einstein';
  const key = utils.generateKeyPairSync('ed25519');
  let hostKey: Buffer;
  let user: string;
  before(async () => {
    await harness.start();
    const { stdout, stderr } = await harness.exec(id, setUp(key.public));
    assert.equal(stderr, '');
    hostKey = Buffer.from(stdout.split(' ')[1] ?? '', 'base64');
    user = (await harness.exec(id, 'id -un')).stdout.trim();
  });

  const logIn = async () => {
    const terminal = await TerminalClient.attach(harness, id);
    // Not half open, or ssh2 would not notice that the gateway has closed.
    const stream = createWebSocketStream(terminal.socket, { allowHalfOpen: false });
    // Errors of the connection show in the client.
    stream.on('error', () => undefined);
    stream.write('exec sh ~/.celesto/sshd/start\n');
    await skipReadyMarker(stream);
    const client = new Client();
    after(() => client.destroy());
    client.connect({
      sock: stream,
      username: user,
      privateKey: key.private,
      hostVerifier: (shown: Buffer) => shown.equals(hostKey),
    });
    await once(client, 'ready');
    client.on('error', () => undefined);
    return { terminal, client };
  };
  const exec = async (client: ssh2.Client, command: string) => {
    const channel = await new Promise<ClientChannel>((resolve, reject) => {
      client.exec(command, (error, opened) => (error === undefined ? resolve(opened) : reject(error)));
    });
    const closed = once(channel, 'close') as Promise<[code: number]>;
    return { stdout: await text(channel), code: (await closed)[0] };
  };

  it('runs commands side by side, with their exit codes', async () => {
    const { client } = await logIn();
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) => exec(client, `echo ${index}; exit ${index}`)),
    );
    assert.deepEqual(
      results,
      Array.from(results, (_, index) => ({ stdout: `${index}\n`, code: index })),
    );
  });

  it('opens terminals of its own', async () => {
    const { client } = await logIn();
    const shell = await promisify<ssh2.PseudoTtyOptions, ClientChannel>(client.shell.bind(client))({
      cols: 99,
      rows: 22,
    });
    let shown = '';
    shell.on('data', (data: Buffer) => (shown += data.toString()));
    shell.write('stty size; tty\n');
    await until('the size', () => shown.includes('\r22 99\r\n/dev/'));
  });

  it('transfers files, and 20 MB unchanged', async () => {
    const { client } = await logIn();
    const sftp = await promisify<SFTPWrapper>(client.sftp.bind(client))();
    const data = randomBytes(20_000_000);
    await promisify<string, Buffer>(sftp.writeFile.bind(sftp))('big', data);
    const sum = createHash('sha256').update(data).digest('hex');
    assert.equal((await exec(client, 'sha256sum < big')).stdout, `${sum}  -\n`);
    const read = await promisify<string, Buffer>(sftp.readFile.bind(sftp))('big');
    assert.ok(read.equals(data));
  });

  const isThere = async ({ terminalId }: TerminalClient) =>
    (await harness.emulator.control.terminals({ id })).some((terminal) => terminal.id === terminalId);

  it('ends the terminal with the session', async () => {
    const { terminal, client } = await logIn();
    assert.ok(await isThere(terminal));
    client.end();
    await until('the end of the terminal', async () => !(await isThere(terminal)));
  });

  it('closes with 1000 when sshd ends first', async () => {
    const { terminal, client } = await logIn();
    const closed = once(client, 'close');
    await exec(client, 'kill $(ps -o ppid= $PPID)');
    assert.equal(await terminal.closed, '1000');
    await closed;
  });

  it('ends by itself, with the terminal, when the client is lost', async () => {
    const { terminal } = await logIn();
    terminal.socket.terminate();
    assert.ok(await isThere(terminal));
    await until('the end of the terminal', async () => !(await isThere(terminal)), 60_000);
  });
});
