import type { Duplex } from 'node:stream';
import type { Computer } from '../../computers/computer';
import { dial } from './dial';
import type { Endpoint } from './endpoint';
import type { Provisioner } from '../provisioning/provisioner';

/** How the bytes of SSH travel: over TCP to the endpoint of the computer, or carried by its terminal gateway. */
export type SshTransportName = 'ssh' | 'tunnel';

/** A byte stream to an SSH server, and who logs in there. */
export interface SshStream {
  readonly stream: Duplex;
  readonly endpoint: Endpoint;
}

/** How SSH gets to one computer, for as many tries as one effort to connect makes. */
export interface SshTransport {
  readonly computer: Computer;
  /** Under what name `KnownComputers` keeps what is known of the server at the end. */
  readonly recordName: string;
  readonly provisioner: Provisioner;
  /** Opens the byte stream. Rejects with what stands in the way, or with the signal's reason. */
  dial(signal: AbortSignal): Promise<SshStream>;
}

/** Over TCP, to the endpoint that the service names, or a person's own configuration for it. */
export class TcpTransport implements SshTransport {
  readonly recordName: string;

  constructor(
    readonly computer: Computer,
    private readonly endpoint: Promise<Endpoint>,
    readonly provisioner: Provisioner,
    /** Milliseconds the TCP connection may take. */
    private readonly timeoutMs: number,
  ) {
    this.recordName = computer.id;
  }

  async dial(signal: AbortSignal): Promise<SshStream> {
    const endpoint = await this.endpoint;
    return { stream: await dial(endpoint, signal, this.timeoutMs), endpoint };
  }
}
