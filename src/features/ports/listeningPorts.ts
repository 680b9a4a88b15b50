import { truncate } from '../../base/text';

/** A port on which a process of a computer listens. */
export interface ListeningPort {
  readonly port: number;
  /** The name of the process; undefined where it belongs to another user. */
  readonly process: string | undefined;
}

/**
 * Prints the sockets, the processes that hold them, and their names (proc_pid_net(5), proc_pid_fd(5), proc_pid_comm(5)).
 * Small images may lack ss and netstat, so it needs neither.
 */
export const listPortsCommand = [
  'cat /proc/net/tcp /proc/net/tcp6 2>/dev/null',
  "ls -l /proc/[0-9]*/fd 2>/dev/null | grep -E '^/proc|socket:'",
  'grep -sH . /proc/[0-9]*/comm',
  'true',
].join('; ');

/** The state LISTEN in /proc/net/tcp. */
const listenState = '0A';
/** Characters of a process name that are shown. */
const maxNameLength = 40;

/** Parses the output of {@link listPortsCommand}: each port once, in ascending order. */
export function parseListeningPorts(text: string): ListeningPort[] {
  const inodesByPort = new Map<number, string[]>();
  const pidByInode = new Map<string, string>();
  const nameByPid = new Map<string, string>();
  let pidOfFolder = '';
  for (const line of text.split(/\r?\n/)) {
    const socket = listeningSocketIn(line);
    if (socket) inodesByPort.set(socket.port, [...(inodesByPort.get(socket.port) ?? []), socket.inode]);
    pidOfFolder = /^\/proc\/(\d+)\/fd:$/.exec(line)?.[1] ?? pidOfFolder;
    const inode = /socket:\[(\d+)\]/.exec(line)?.[1];
    if (inode) pidByInode.set(inode, pidOfFolder);
    const [, pid, name] = /^\/proc\/(\d+)\/comm:(.+)$/.exec(line) ?? [];
    if (pid && name) nameByPid.set(pid, truncate(name, maxNameLength));
  }
  const nameOf = (inode: string): string | undefined => nameByPid.get(pidByInode.get(inode) ?? '');
  return [...inodesByPort]
    .map(([port, inodes]) => ({ port, process: inodes.map(nameOf).find(Boolean) }))
    .sort((a, b) => a.port - b.port);
}

/** A row of /proc/net/tcp or tcp6: number, local and remote address, state, five more columns, inode. */
function listeningSocketIn(line: string): { port: number; inode: string } | undefined {
  const [number = '', local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
  const [, port] = /^(?:[0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(local) ?? [];
  if (!/^\d+:$/.test(number) || state !== listenState || port === undefined) return undefined;
  return { port: Number.parseInt(port, 16), inode };
}
