import { EventEmitter } from 'node:events';
import type { ClientChannel } from 'ssh2';
import { abortable } from '../../../../src/base/abort';
import { Emitter } from '../../../../src/base/emitter';
import type { Computer } from '../../../../src/computers/computer';
import type { SshConnection } from '../../../../src/ssh/connection/connection';
import { type Endpoint, parseEndpoint } from '../../../../src/ssh/connection/endpoint';
import type { SshConnector } from '../../../../src/ssh/connection/sshConnector';
import type { SshTransport } from '../../../../src/ssh/connection/sshTransport';
import { CachedProvisioner } from '../../../../src/ssh/provisioning/cachedProvisioner';
import { SshError, type SshProblem } from '../../../../src/ssh/sshErrors';
import { type Deferred, deferred } from '../../support/deferred';

const endpoint = parseEndpoint('ohm@127.0.0.1:2222');

export function sshError(problem: SshProblem): SshError {
  return new SshError(problem, endpoint);
}

/** A channel that a test closes by hand. */
export class FakeChannel extends EventEmitter {
  closed = false;

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.emit('close');
  }
}

/** A connection that a test breaks by hand. It carries a limited number of channels. */
export class FakeConnection {
  private readonly closures = new Emitter<SshError>();
  readonly onDidClose = this.closures.event;
  readonly channels: FakeChannel[] = [];
  closed = false;

  constructor(
    readonly endpoint: Endpoint,
    private readonly limit: number,
  ) {}

  /** Opens a channel, as the callback of a pool does. */
  open(): Promise<ClientChannel> {
    if (this.closed) return Promise.reject(sshError('closed'));
    if (this.channels.filter(({ closed }) => !closed).length >= this.limit)
      return Promise.reject(sshError('channelRefused'));
    const channel = new FakeChannel();
    this.channels.push(channel);
    return Promise.resolve(channel as unknown as ClientChannel);
  }

  end(): void {
    this.break();
  }

  /** Ends as a broken connection does: its channels close after it. */
  break(): void {
    if (this.closed) return;
    this.closed = true;
    this.closures.fire(sshError('closed'));
    for (const channel of this.channels) channel.close();
  }
}

/** A connector whose attempts a test ends by hand. */
export class FakeConnector implements Pick<SshConnector, 'connect' | 'transport'> {
  readonly attempts: { signal: AbortSignal; transport: SshTransport; outcome: Deferred<FakeConnection> }[] =
    [];
  /** Outcomes of the next attempts, in order; later attempts wait for the test. */
  script: (FakeConnection | Error)[] = [];

  transport(computer: Computer): SshTransport {
    const provisioner = new CachedProvisioner(() => Promise.reject(new Error('not asked in these tests')));
    return {
      computer,
      name: 'ssh',
      provisioner,
      dial: () => Promise.reject(new Error('not dialled')),
    };
  }

  connect(transport: SshTransport, signal: AbortSignal): Promise<SshConnection> {
    const outcome = deferred<FakeConnection>();
    this.attempts.push({ signal, transport, outcome });
    const next = this.script.shift();
    if (next instanceof Error) outcome.reject(next);
    else if (next) outcome.resolve(next);
    return abortable(outcome.promise, signal) as unknown as Promise<SshConnection>;
  }

  /** Lets the next attempt succeed. */
  succeed(channels = 10): FakeConnection {
    const connection = new FakeConnection(endpoint, channels);
    this.script.push(connection);
    return connection;
  }

  fail(...errors: Error[]): void {
    this.script.push(...errors);
  }
}
