import type { NegotiatedAlgorithms } from 'ssh2';
import { truncate } from '../../base/text';

/** What two sides agreed on as they exchanged keys (RFC 4253, 7.1), and what the server calls itself. */
export interface Negotiated {
  readonly server: string;
  readonly kex: string;
  readonly hostKey: string;
  readonly cipher: string;
  /** Empty where the cipher guards its own integrity. */
  readonly mac: string;
}

/** @param greeting the first bytes the server sent */
export function negotiatedFrom(
  { kex, serverHostKey, cs }: NegotiatedAlgorithms,
  greeting: string,
): Negotiated {
  const [server = ''] = greeting.split('\n');
  return { server: truncate(server, 80), kex, hostKey: serverHostKey, cipher: cs.cipher, mac: cs.mac };
}
