import type { Client, ParsedKey, PseudoTtyOptions } from 'ssh2';

// A first prompt over ssh2 as it comes costs nine round trips, as it does over OpenSSH. Three of them are spent
// waiting for an answer that could only be "yes". RFC 4252 and RFC 4254 let a client go on without it:
//   - the user authentication request may follow the service request at once;
//   - a public key may be offered with its signature, without asking first whether it would do (RFC 4252, section 7);
//   - the shell request may follow the terminal request at once (RFC 4254, section 6.5 demands no waiting).
// ssh2 has no switch for these, so its protocol object is adjusted here and nowhere else. The version of ssh2 is
// pinned, and where the object does not look as expected it is left alone: then it is slower, and still right.

interface Protocol {
  service(name: string): void;
  authPK(user: string, key: ParsedKey, algorithm?: string, sign?: Sign): void;
  pty(
    channel: number,
    rows: number,
    columns: number,
    height: number,
    width: number,
    term: string,
    modes: unknown,
    wantReply: boolean,
  ): void;
  shell(channel: number, wantReply: boolean): void;
  readonly _handlers: { SERVICE_ACCEPT?: (protocol: Protocol, name: string) => void };
}

type Sign = (data: Buffer, done: (signature: Buffer) => void) => void;

/** What a terminal request says. */
export type PtyRequest = Required<Pick<PseudoTtyOptions, 'rows' | 'cols' | 'term'>>;

/** The shortcuts of one connection. Make it right after `client.connect()`, before anything has arrived. */
export class Shortcuts {
  private readonly protocol: Protocol | undefined;
  private readonly terminals: PtyRequest[] = [];

  constructor(client: Client) {
    this.protocol = protocolOf(client);
    if (this.protocol) this.requestTerminalsWithShells(this.protocol);
  }

  /**
   * Signs at once with keys that sign silently. Only for Ed25519, which has a single signature algorithm: for RSA the
   * server's list of algorithms decides, and it may not have arrived yet.
   */
  authenticateAtOnce(): void {
    const { protocol } = this;
    const accepted = protocol?._handlers.SERVICE_ACCEPT;
    if (!protocol || !accepted) return;

    const service = protocol.service.bind(protocol);
    protocol.service = (name) => {
      service(name);
      accepted(protocol, name);
    };
    // The real answer comes later and finds the authentication under way.
    protocol._handlers.SERVICE_ACCEPT = () => undefined;

    const authPK = protocol.authPK.bind(protocol);
    protocol.authPK = (user, key, algorithm, sign) => {
      const silent = key.type === 'ssh-ed25519' && key.isPrivateKey();
      authPK(user, key, algorithm, sign ?? (silent ? signWith(key) : undefined));
    };
  }

  /**
   * Asks for a shell in a terminal of the given size. To be called instead of `client.shell(size, …)`; returns false
   * where that has to be used after all. The server's answer to the terminal request stands for both.
   */
  announceTerminal(request: PtyRequest): boolean {
    if (!this.protocol) return false;
    this.terminals.push(request);
    return true;
  }

  /** Takes back an announcement whose channel was never opened. */
  withdrawTerminal(request: PtyRequest): void {
    const index = this.terminals.indexOf(request);
    if (index >= 0) this.terminals.splice(index, 1);
  }

  private requestTerminalsWithShells(protocol: Protocol): void {
    const shell = protocol.shell.bind(protocol);
    protocol.shell = (channel, wantReply) => {
      const terminal = this.terminals.shift();
      if (terminal) protocol.pty(channel, terminal.rows, terminal.cols, 0, 0, terminal.term, null, true);
      shell(channel, terminal === undefined && wantReply);
    };
  }
}

function signWith(key: ParsedKey): Sign {
  return (data, done) => done(key.sign(data));
}

function protocolOf(client: Client): Protocol | undefined {
  const { _protocol: protocol } = client as unknown as { _protocol?: Partial<Protocol> };
  const expected: (keyof Protocol)[] = ['service', 'authPK', 'pty', 'shell'];
  const known = expected.every((name) => typeof protocol?.[name] === 'function') && protocol?._handlers;
  return known ? (protocol as Protocol) : undefined;
}
