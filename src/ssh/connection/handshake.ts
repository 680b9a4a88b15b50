import type { NegotiatedAlgorithms } from 'ssh2';
import { truncate } from '../../base/text';

/** What two sides agreed on as they exchanged keys (RFC 4253, 7.1), and what the server calls itself. */
export interface Handshake {
  readonly server: string;
  readonly kex: string;
  readonly hostKey: string;
  readonly cipher: string;
  /** Empty where the cipher guards its own integrity. */
  readonly mac: string;
}

/** @param greeting the first bytes the server sent */
export function handshakeOf({ kex, serverHostKey, cs }: NegotiatedAlgorithms, greeting: string): Handshake {
  const [server = ''] = greeting.split('\n');
  return { server: truncate(server, 80), kex, hostKey: serverHostKey, cipher: cs.cipher, mac: cs.mac };
}
