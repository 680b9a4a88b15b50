import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, afterEach, before } from 'node:test';
import { CelestoClient } from '../../../src/api/client';
import { Http } from '../../../src/api/http';
import { type Disposable, DisposableStore } from '../../../src/base/disposable';
import { type Computer, computerFrom } from '../../../src/computers/computer';
import { type Emulator, startEmulator } from '../../emulator/emulator';
import { runCommand } from '../../emulator/sandbox/exec';
import { RecordingLog } from '../../unit/support/recordingLog';
import { TcpProxy } from './tcpProxy';

/** The API, which keeps what it was told of terminals. */
class Client extends CelestoClient {
  constructor(
    readonly tickets: Awaited<ReturnType<CelestoClient['terminal']>>[],
    ...parts: ConstructorParameters<typeof CelestoClient>
  ) {
    super(...parts);
  }

  override async terminal(
    ...asked: Parameters<CelestoClient['terminal']>
  ): ReturnType<CelestoClient['terminal']> {
    const ticket = await super.terminal(...asked);
    this.tickets.push(ticket);
    return ticket;
  }
}

/** The service with real computers, for the tests of one file: started before them, gone after them. */
export class Service {
  readonly folder = mkdtempSync(join(tmpdir(), 'celesto-ssh-'));
  /** The log of all calls. */
  readonly log = new RecordingLog();
  /** Tickets of the terminals that were opened. */
  readonly tickets: Client['tickets'] = [];
  private running: Emulator | undefined;
  private readonly disposables = new DisposableStore();

  /** @param names of the computers, all of them running */
  constructor(...names: string[]) {
    before(async () => {
      this.running = await startEmulator({
        dir: join(this.folder, 'state'),
        times: { start: 0, stop: 0 },
        seed: names.map((name) => ({ name })),
      });
    });
    afterEach(async () => {
      await this.emulator.control.clearFaults();
      await this.emulator.control.clearRequests();
    });
    after(async () => {
      this.disposables.dispose();
      await this.running?.stop();
      rmSync(this.folder, { recursive: true, force: true });
    });
  }

  get emulator(): Emulator {
    if (!this.running) throw new Error('The emulator is not running.');
    return this.running;
  }

  /** Has something end when the tests are over. */
  disposeAfterTests(user: Disposable): void {
    this.disposables.add(user);
  }

  /** Starts a proxy before an endpoint, which runs until the tests are over. */
  async proxy(endpoint: string, delay = 0): Promise<TcpProxy> {
    return this.disposables.add(await TcpProxy.to(endpoint, delay));
  }

  get client(): CelestoClient {
    const { url, apiKey } = this.emulator;
    return new Client(this.tickets, new Http(this.log), () => Promise.resolve({ baseUrl: url, apiKey }));
  }

  /** A computer as the extension sees it; with another endpoint, if told so. */
  async computer(name: string, ssh?: string): Promise<Computer> {
    const computer = computerFrom(await this.client.get(name));
    return ssh === undefined ? computer : { ...computer, ssh };
  }

  /** Runs a command on a computer, past the calls that are counted. */
  async run(name: string, command: string): Promise<string> {
    const { stdout } = await runCommand(this.emulator.computers.sandbox(name).start(command, 10_000));
    return stdout;
  }

  /** Counts the commands that were run through the API. */
  async execCalls(): Promise<number> {
    return (await this.emulator.control.requests({ method: 'POST', path: '/exec$' })).length;
  }

  /** Lets commands fail from now on to the end of the test, as they do for a key without the permission. */
  async refuseExec(): Promise<void> {
    const answer = { status: 403, body: { detail: 'This key may not run commands.' } };
    await this.emulator.control.addFault({ method: 'POST', path: '/exec$', times: 'always', answer });
  }

  /** Returns the log of the computer's sshd so far. */
  async sshdLog(name: string): Promise<string> {
    const home = await this.emulator.control.home({ id: name });
    return readFileSync(join(dirname(home), 'ssh', 'sshd.log'), 'utf8');
  }

  /** Returns the part of that log that is written during an action. */
  async sshdLogOf(name: string, action: () => Promise<unknown>): Promise<string> {
    const before = await this.sshdLog(name);
    await action();
    return (await this.sshdLog(name)).slice(before.length);
  }
}
