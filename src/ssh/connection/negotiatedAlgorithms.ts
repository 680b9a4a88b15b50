import type { NegotiatedAlgorithms } from 'ssh2';
import { truncate } from '../../base/text';

/** Algorithms that the key exchange negotiated (RFC 4253, section 7.1), and the server's identification string. */
export interface Negotiated {
  readonly server: string;
  readonly kex: string;
  readonly hostKey: string;
  readonly cipher: string;
  /** Empty for an authenticated cipher, which needs none. */
  readonly mac: string;
}

/** @param greeting first bytes from the server */
export function negotiatedFrom(
  { kex, serverHostKey, cs }: NegotiatedAlgorithms,
  greeting: string,
): Negotiated {
  const [server = ''] = greeting.split('\n');
  return { server: truncate(server, 80), kex, hostKey: serverHostKey, cipher: cs.cipher, mac: cs.mac };
}
