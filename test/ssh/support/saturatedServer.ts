import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const program = `
const server = require('node:net').createServer();
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port));
`;

/** An address where nobody answers the door: connections to it neither stand nor fail, as behind a bad firewall. */
export class SaturatedServer {
  private constructor(
    readonly port: number,
    private readonly process: ChildProcess,
    private readonly clients: readonly Socket[],
  ) {}

  static async start(): Promise<SaturatedServer> {
    const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const port = Number(line);
    // From now on the kernel alone accepts, until its queue is full.
    child.kill('SIGSTOP');
    const guests: Socket[] = [];
    for (let isFull = false; !isFull;) {
      const guest = connect(port, '127.0.0.1').on('error', () => undefined);
      guests.push(guest);
      isFull = await Promise.race([once(guest, 'connect').then(() => false), sleep(300, true)]);
    }
    return new SaturatedServer(port, child, guests);
  }

  get endpoint(): string {
    return `ohm@127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    for (const guest of this.clients) guest.destroy();
    const ended = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await ended;
  }
}
