import type { Duplex } from 'node:stream';
import type { Computer } from '../../computers/computer';
import type { CachedProvisioner } from '../provisioning/cachedProvisioner';
import type { Endpoint } from './endpoint';
import { openTcpConnection } from './openTcpConnection';

/** Transports of SSH: TCP to the endpoint of the computer, or a tunnel through its terminal gateway. */
export type SshTransportName = 'ssh' | 'tunnel';

/** A byte stream to an SSH server, and its endpoint. */
export interface SshStream {
  readonly stream: Duplex;
  readonly endpoint: Endpoint;
}

/** Carries SSH to one computer, for all attempts of one effort to connect. */
export interface SshTransport {
  readonly name: SshTransportName;
  readonly computer: Computer;
  readonly provisioner: CachedProvisioner;
  /** Opens the byte stream. Rejects with the obstacle, or with the signal's reason. */
  dial(signal: AbortSignal): Promise<SshStream>;
}

/** TCP to the endpoint that the service names, as `~/.ssh/config` adjusts it. */
export class TcpTransport implements SshTransport {
  readonly name = 'ssh';

  constructor(
    readonly computer: Computer,
    private readonly endpoint: Promise<Endpoint>,
    readonly provisioner: CachedProvisioner,
    /** Time limit of the TCP connection, in milliseconds. */
    private readonly timeoutMs: number,
  ) {}

  async dial(signal: AbortSignal): Promise<SshStream> {
    const endpoint = await this.endpoint;
    return { stream: await openTcpConnection(endpoint, signal, this.timeoutMs), endpoint };
  }
}
