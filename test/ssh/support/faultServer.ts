import { type AddressInfo, createServer, type Socket } from 'node:net';
import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import ssh2, { type AuthContext, type Connection, type ServerChannel, type Session } from 'ssh2';
import { silentLog } from '../../../src/base/log';
import { parsePublicKey, type PublicKey } from '../../../src/ssh/hostKeys/fingerprint';
import { ExtensionKey, type KeyPair } from '../../../src/ssh/keys/extensionKey';
import { MemorySecrets } from '../../unit/ssh/support/memory';

/** A fault of a connection. */
export interface Fault {
  /** Phase in which the connection breaks without an SSH disconnect message. */
  readonly drops?: 'beforeBanner' | 'inKeyExchange' | 'afterLogin' | 'inFlood';
  /** Phase from which the server sends nothing, while the TCP connection stays open. */
  readonly silent?: 'atLogin' | 'inFlood';
  /** Milliseconds to the banner, and once more to the answer to a login. */
  readonly delay?: number;
  /** Channels are refused, or the shell in them. */
  readonly refuses?: 'channel' | 'shell';
  /** Exchanges keys anew, again and again, while it writes much. */
  readonly rekeys?: true;
  /** Milliseconds between two global requests; it hangs up when one is not answered. */
  readonly asks?: number;
  /** The types of keys that may log in; all unless given. */
  readonly accepts?: readonly string[];
  /** The shell ends without saying how. */
  readonly endsWithoutStatus?: true;
}

/** Bytes that a flood writes in one go, and of which it consists. */
const flood = { piece: 64 * 1024, whole: 4 * 1024 * 1024 };

/**
 * An SSH server that behaves badly where told to: for the faults that no sshd can be brought to. Its shell knows the
 * commands `hostname`, `flood` and `exit`.
 */
export class FaultServer {
  /** Number of connections so far, and of those that are open. */
  connections = 0;
  open = 0;
  /** Number of login attempts. */
  asked = 0;
  /** The types of the keys that were offered. */
  readonly offered: string[] = [];
  /** Number of key exchanges. */
  exchanges = 0;
  private readonly sockets = new Set<Socket>();
  private readonly listener = createServer((socket) => void this.meet(socket));

  private constructor(
    private pair: KeyPair,
    private readonly faults: readonly Fault[],
  ) {}

  /** @param faults of the first connection, of the second, …; the last is that of all that follow */
  static async start(...faults: Fault[]): Promise<FaultServer> {
    const server = new FaultServer(await makePair(), faults);
    await new Promise<void>((resolve) => server.listener.listen(0, '127.0.0.1', resolve));
    after(() => server.stop());
    return server;
  }

  get hostKey(): PublicKey {
    return parsePublicKey(this.pair.publicLine)!;
  }

  get endpoint(): string {
    return `ohm@127.0.0.1:${(this.listener.address() as AddressInfo).port}`;
  }

  /** Shows another host key from the next connection on. */
  async changeHostKey(): Promise<void> {
    this.pair = await makePair();
  }

  private stop(): void {
    for (const socket of this.sockets) socket.destroy();
    this.listener.close();
  }

  private async meet(socket: Socket): Promise<void> {
    const fault = this.faults[Math.min(this.connections, this.faults.length - 1)] ?? {};
    this.connections += 1;
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    socket.on('error', () => undefined);
    if (fault.drops === 'beforeBanner') socket.destroy();
    await sleep(fault.delay ?? 0);
    if (fault.drops === 'inKeyExchange') socket.once('data', () => socket.destroy());
    const server = new ssh2.Server(
      {
        hostKeys: [this.pair.privateKey],
        ...(fault.asks && { keepaliveInterval: fault.asks, keepaliveCountMax: 3 }),
      },
      (connection) => this.host(connection, socket, fault),
    );
    server.injectSocket(socket);
  }

  private host(connection: Connection, socket: Socket, fault: Fault): void {
    this.open += 1;
    connection.on('close', () => (this.open -= 1));
    connection.on('error', () => undefined);
    connection.on('handshake', () => (this.exchanges += 1));
    connection.on('authentication', (context) => void this.login(context, fault));
    connection.on('ready', () => {
      if (fault.drops === 'afterLogin') socket.destroy();
    });
    connection.on('session', (accept, reject) => {
      if (fault.refuses === 'channel') reject();
      else new FaultShell(accept(), connection, socket, fault);
    });
  }

  private async login(context: AuthContext, fault: Fault): Promise<void> {
    this.asked += 1;
    if (fault.silent === 'atLogin') return;
    await sleep(fault.delay ?? 0);
    if (context.method !== 'publickey') {
      context.reject(['publickey']);
      return;
    }
    const { algo } = context.key;
    this.offered.push(algo);
    if (!fault.accepts || fault.accepts.includes(algo)) context.accept();
    else context.reject(['publickey']);
  }
}

/** The shell of one session. */
class FaultShell {
  private line = '';

  constructor(
    session: Session,
    private readonly connection: Connection,
    private readonly socket: Socket,
    private readonly fault: Fault,
  ) {
    for (const request of ['pty', 'env', 'window-change'] as const) {
      // The typings have a listener of its own for each.
      session.on(request as 'pty', (accept: (() => boolean) | undefined) => accept?.());
    }
    session.on('shell', (accept, reject) => {
      if (fault.refuses === 'shell') reject();
      else this.begin(accept());
    });
  }

  private begin(channel: ServerChannel): void {
    channel.on('data', (bytes: Buffer) => {
      channel.write(bytes.toString().replaceAll('\r', '\r\n'));
      this.line += bytes.toString();
      if (this.line.endsWith('\r')) void this.run(this.line.trim(), channel);
    });
    this.prompt(channel);
  }

  private prompt(channel: ServerChannel): void {
    this.line = '';
    channel.write('ohm@faults:~$ ');
  }

  private async run(command: string, channel: ServerChannel): Promise<void> {
    if (command.startsWith('exit')) {
      if (!this.fault.endsWithoutStatus) channel.exit(Number(command.slice('exit'.length)));
      channel.end();
      return;
    }
    if (command === 'hostname') channel.write('faults\r\n');
    if (command === 'flood') await this.flood(channel);
    this.prompt(channel);
  }

  /** Numbered lines, so that one that is missing shows. */
  private async flood(channel: ServerChannel): Promise<void> {
    const { drops, silent, rekeys } = this.fault;
    for (const piece of floodPieces()) {
      const drained = channel.write(piece.text) || new Promise((resolve) => channel.once('drain', resolve));
      await drained;
      if (piece.offset < flood.whole / 2) continue;
      if (drops === 'inFlood') this.socket.destroy();
      if (silent === 'inFlood') this.socket.pause();
      if (drops ?? silent) return;
      if (rekeys) await new Promise<void>((resolve) => this.connection.rekey(resolve));
    }
  }
}

/** Returns the whole output of a flood. */
export function floodText(): string {
  return [...floodPieces()].map(({ text }) => text).join('');
}

function* floodPieces(): Generator<{ readonly offset: number; readonly text: string }> {
  for (let offset = 0, line = 0; offset < flood.whole; offset += flood.piece) {
    let text = '';
    while (text.length < flood.piece) text += `${line++}\r\n`;
    yield { offset, text };
  }
}

function makePair(): Promise<KeyPair> {
  return new ExtensionKey(new MemorySecrets(), silentLog).get();
}
