import type { PseudoTtyOptions } from 'ssh2';

/** IUTF8 (RFC 8160), then TTY_OP_END: the terminal erases whole characters, not bytes. ssh2 does not know this mode. */
const encodedModes = [42, 0, 0, 0, 1, 0];

/**
 * Encoded terminal modes of a pty request (RFC 4254, section 8) that also carry the command which will run in the
 * terminal; undefined for a login shell. ssh2 passes the modes unchanged from `Client.shell()` and `Client.exec()` to its
 * protocol's `pty()`, which learns nothing else of the command: SshConnection attaches it, and requestPipelining.ts reads
 * it to send the next request without waiting.
 */
type TerminalModes = Buffer & { readonly command: string | undefined };

/** Encodes the terminal modes for ssh2, whose types know a record of names alone. */
export function terminalModes(command: string | undefined): PseudoTtyOptions['modes'] {
  const modes: TerminalModes = Object.assign(Buffer.from(encodedModes), { command });
  return modes as unknown as PseudoTtyOptions['modes'];
}

/** Reads the command from the arguments of the protocol's `pty()`, which the modes are among. */
export function commandOf(ptyArguments: readonly unknown[]): string | undefined {
  const modes = ptyArguments.find((argument) => Buffer.isBuffer(argument)) as TerminalModes | undefined;
  return modes?.command;
}
