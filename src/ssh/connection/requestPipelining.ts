import type { Client, ParsedKey } from 'ssh2';
import { commandOf } from './terminalModes';

// A first prompt costs nine round trips with ssh2 as it is, and with OpenSSH. Three of them wait for an answer that
// could only be "yes". RFC 4252 and RFC 4254 let a client go on without it:
//   - the user authentication request may follow the service request at once;
//   - a public key may be offered with its signature, without asking first whether it would do (RFC 4252, section 7);
//   - the request for a shell or a command may follow the terminal request at once (RFC 4254, section 6.5 demands no
//     waiting).
// Besides, ssh2 has OpenSSH prove all its further host keys right after the login. They are not used here, and the
// first channel waits for the proof.
// ssh2 has no option for these, so its protocol object is adjusted here and nowhere else. The version of ssh2 is
// pinned, and an object of another shape is left alone: then connections are slower, and still right.

interface SshProtocol {
  service(name: string): void;
  authPK(user: string, key: ParsedKey, algorithm?: string, sign?: Sign): void;
  pty(channel: number, ...request: unknown[]): void;
  shell(channel: number, wantReply: boolean): void;
  exec(channel: number, command: string, wantReply: boolean): void;
  readonly _handlers: {
    SERVICE_ACCEPT?: (protocol: SshProtocol, name: string) => void;
    GLOBAL_REQUEST?: (protocol: SshProtocol, name: string, ...request: unknown[]) => void;
  };
}

type Sign = (data: Buffer, done: (signature: Buffer) => void) => void;

/**
 * Pipelines the requests of one connection. Call it right after `client.connect()`, before anything has arrived.
 * @param signWithoutPrompt true where the first key needs no user to sign, so that it is offered with its signature
 */
export function pipelineRequests(client: Client, signWithoutPrompt: boolean): void {
  const protocol = protocolOf(client);
  if (!protocol) return;
  pipelineShellRequests(protocol);
  ignoreFurtherHostKeys(protocol);
  if (signWithoutPrompt) pipelineAuthentication(protocol);
}

/**
 * Authenticates before the service is accepted, and offers keys with their signatures. Only Ed25519 keys, which have a
 * single signature algorithm: for RSA the server's list of algorithms decides, and it may not have arrived yet.
 */
function pipelineAuthentication(protocol: SshProtocol): void {
  const accepted = protocol._handlers.SERVICE_ACCEPT;
  if (!accepted) return;

  const service = protocol.service.bind(protocol);
  protocol.service = (name) => {
    service(name);
    accepted(protocol, name);
  };
  // The answer of the server arrives during the authentication.
  protocol._handlers.SERVICE_ACCEPT = () => undefined;

  const authPK = protocol.authPK.bind(protocol);
  protocol.authPK = (user, key, algorithm, sign) => {
    const canSign = key.type === 'ssh-ed25519' && key.isPrivateKey();
    authPK(user, key, algorithm, sign ?? (canSign ? signWith(key) : undefined));
  };
}

/** Sends the shell or exec request right behind the pty request, which this extension never sends alone. */
function pipelineShellRequests(protocol: SshProtocol): void {
  const pty = protocol.pty.bind(protocol);
  const shell = protocol.shell.bind(protocol);
  const exec = protocol.exec.bind(protocol);
  const requested = new Set<number>();
  protocol.pty = (channel, ...request) => {
    pty(channel, ...request);
    const command = commandOf(request);
    if (command === undefined) shell(channel, true);
    else exec(channel, command, true);
    requested.add(channel);
  };
  // ssh2 sends its own request once the pty is granted: the answer it then awaits belongs to the one already sent.
  protocol.shell = (channel, wantReply) => {
    if (!requested.delete(channel)) shell(channel, wantReply);
  };
  protocol.exec = (channel, command, wantReply) => {
    if (!requested.delete(channel)) exec(channel, command, wantReply);
  };
}

function ignoreFurtherHostKeys(protocol: SshProtocol): void {
  const handle = protocol._handlers.GLOBAL_REQUEST;
  protocol._handlers.GLOBAL_REQUEST = (self, name, ...request) => {
    if (name !== 'hostkeys-00@openssh.com') handle?.(self, name, ...request);
  };
}

function signWith(key: ParsedKey): Sign {
  return (data, done) => done(key.sign(data));
}

function protocolOf(client: Client): SshProtocol | undefined {
  const { _protocol: protocol } = client as unknown as { _protocol?: Partial<SshProtocol> };
  const expected: (keyof SshProtocol)[] = ['service', 'authPK', 'pty', 'shell', 'exec'];
  const isExpected = expected.every((name) => typeof protocol?.[name] === 'function') && protocol?._handlers;
  return isExpected ? (protocol as SshProtocol) : undefined;
}
