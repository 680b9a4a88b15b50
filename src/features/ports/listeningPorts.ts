import { truncate } from '../../base/text';

/** A port of a computer that somebody listens on. */
export interface ListeningPort {
  readonly port: number;
  /** The name of the program; undefined where it is somebody else's. */
  readonly process: string | undefined;
}

/**
 * What tells of the ports: the sockets, who holds which, and what they are called (proc_pid_fd(5), proc_pid_net(5)). It
 * takes no tool that a small computer may lack.
 */
export const listPortsCommand = [
  'cat /proc/net/tcp /proc/net/tcp6 2>/dev/null',
  "ls -l /proc/[0-9]*/fd 2>/dev/null | grep -E '^/proc|socket:'",
  'grep -sH . /proc/[0-9]*/comm',
  'true',
].join('; ');

/** The state LISTEN, as /proc/net/tcp spells it. */
const listenState = '0A';

/** Reads what {@link listPortsCommand} wrote. Each port once, in their order. */
export function parseListeningPorts(text: string): ListeningPort[] {
  const sockets = new Map<number, string[]>();
  const holders = new Map<string, string>();
  const names = new Map<string, string>();
  let holder = '';
  for (const line of text.split(/\r?\n/)) {
    const socket = socketIn(line);
    if (socket) sockets.set(socket.port, [...(sockets.get(socket.port) ?? []), socket.inode]);
    holder = /^\/proc\/(\d+)\/fd:$/.exec(line)?.[1] ?? holder;
    const held = /socket:\[(\d+)\]/.exec(line)?.[1];
    if (held) holders.set(held, holder);
    const [, pid, name] = /^\/proc\/(\d+)\/comm:(.+)$/.exec(line) ?? [];
    if (pid && name) names.set(pid, truncate(name, 40));
  }
  const nameOf = (inode: string): string | undefined => names.get(holders.get(inode) ?? '');
  return [...sockets]
    .map(([port, inodes]) => ({ port, process: inodes.map(nameOf).find(Boolean) }))
    .sort((a, b) => a.port - b.port);
}

/** A line of /proc/net/tcp or tcp6: number, local and remote address, state, four columns of no interest, inode. */
function socketIn(line: string): { port: number; inode: string } | undefined {
  const [number = '', local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
  const [, port] = /^(?:[0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(local) ?? [];
  if (!/^\d+:$/.test(number) || state !== listenState || port === undefined) return undefined;
  return { port: Number.parseInt(port, 16), inode };
}
