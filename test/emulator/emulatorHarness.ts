import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after } from 'node:test';
import { promisify } from 'node:util';
import { until } from '../harness/until';
import { noTimes, type WireComputer } from './computer';
import { checkContract } from './contract/checkContract';
import { type Emulator, type EmulatorOptions, startEmulator } from './emulator';

export interface Answer<T> {
  status: number;
  headers: Headers;
  body: T;
}

/** Further parameters of a request. */
interface RequestOptions {
  id?: string;
  port?: number | string;
  operation?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** An emulator for the tests of one file, a client that checks each answer against the contract, and an SSH key. */
export class EmulatorHarness {
  readonly folder = mkdtempSync(join(tmpdir(), 'celesto-emulator-'));
  private readonly key = join(this.folder, 'id_ed25519');
  private running: Emulator | undefined;
  private target: Pick<Emulator, 'url' | 'apiKey'> | undefined;

  constructor(readonly options: Omit<EmulatorOptions, 'dir'> = {}) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', this.key]);
    after(async () => {
      await this.stop();
      rmSync(this.folder, { recursive: true, force: true });
    });
  }

  get emulator(): Emulator {
    if (this.running === undefined) throw new Error('The emulator is not running.');
    return this.running;
  }

  async start(): Promise<Emulator> {
    this.running = await startEmulator({
      dir: join(this.folder, 'state'),
      times: noTimes,
      ...this.options,
    });
    this.connectTo(this.running);
    return this.running;
  }

  /** Sends requests to an emulator in another process from now on. */
  connectTo(target: Pick<Emulator, 'url' | 'apiKey'>): void {
    this.target = target;
  }

  async stop(): Promise<void> {
    await this.running?.stop();
    this.running = undefined;
  }

  /** Calls the REST API with the key. @param route as in the contract, with its parameters to be filled in */
  async call<T = WireComputer>(
    method: string,
    route: string,
    { id = '', port = '', operation = '', body, headers = {} }: RequestOptions = {},
  ): Promise<Answer<T>> {
    const path = route
      .replace('{port}', String(port))
      .replace('{operation_id}', operation)
      .replace(/\{\w+\}/, encodeURIComponent(id));
    const { url = '', apiKey = '' } = this.target ?? {};
    const response = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = { status: response.status, headers: response.headers, body: (await response.json()) as T };
    checkContract(method, route.replace(/\?.*/, ''), answer);
    return answer;
  }

  get(id: string): Promise<Answer<WireComputer>> {
    return this.call('GET', '/v1/computers/{computer_id}', { id });
  }

  async exec(id: string, command: string, timeout = 30) {
    const { body } = await this.call<{
      exit_code: number;
      stdout: string;
      stderr: string;
      timed_out: boolean;
      duration_ms: number;
    }>('POST', '/v1/computers/{computer_id}/exec', { id, body: { command, timeout } });
    return body;
  }

  /** Waits until a computer is in one of the statuses. @returns it. */
  async waitForStatus(id: string, ...statuses: string[]): Promise<WireComputer> {
    return until(`${id} to be ${statuses.join(' or ')}`, async () => {
      const { body } = await this.get(id);
      return statuses.includes(body.status) ? body : undefined;
    });
  }

  /** Authorizes the SSH key on a computer. */
  async authorize(id: string): Promise<void> {
    const key = readFileSync(`${this.key}.pub`, 'utf8').trim();
    await this.exec(id, `echo '${key}' >> ~/.ssh/authorized_keys`);
  }

  /** Starts OpenSSH's client to run a command on a computer. */
  async ssh(id: string, command: string, options: string[] = []): Promise<ChildProcess> {
    const { connection } = (await this.get(id)).body;
    const [target = '', port = ''] = connection?.ssh?.split(/:(?=\d+$)/) ?? [];
    const knownHosts = join(this.folder, 'known_hosts');
    const fixed = [
      '-F',
      'none',
      '-i',
      this.key,
      '-o',
      `UserKnownHostsFile=${knownHosts}`,
      '-o',
      'BatchMode=yes',
    ];
    const trust = [
      '-o',
      'StrictHostKeyChecking=accept-new',
      '-o',
      'HashKnownHosts=no',
      '-o',
      'LogLevel=ERROR',
    ];
    return spawn('ssh', [...fixed, ...trust, '-p', port, ...options, target, command], { stdio: 'pipe' });
  }

  /** Runs a command through SSH to its end. */
  async login(id: string, command: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const child = await this.ssh(id, command);
    child.stdin?.end();
    const code = new Promise<number | null>((resolve) => child.once('close', resolve));
    const [stdout, stderr] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
    return { code: await code, stdout, stderr };
  }
}

let sleeps = 0;

/** A command that takes longer than any test, and whose command line is unique on this machine. */
export function longSleep(): string {
  return `sleep ${4000 + ++sleeps}.${String(process.pid).padStart(7, '0')}`;
}

/** Command lines of all processes of this machine that contain a text. */
export async function processesMatching(text: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-ww', '-o', 'args=']);
  return stdout.split('\n').filter((line) => line.includes(text));
}
