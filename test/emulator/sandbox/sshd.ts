import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, createWriteStream, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Machine } from './machine';
import { descendants, killAll } from './processes';

/** Folder, beside the real host keys, of keys that sshd uses in their place while their files stay as they are. */
const impostor = 'impostor';
const keyTypes = ['ed25519', 'ecdsa'];

/** Finds the OpenSSH server of this machine. @throws if there is none, with the package to install */
export function findSshd(): string {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/sbin'];
  const found = folders.map((folder) => join(folder, 'sshd')).find((file) => existsSync(file));
  if (found === undefined) throw new Error('No OpenSSH server here. Install the package openssh-server.');
  return found;
}

/** One computer's sshd: its host keys, its configuration, its process. */
export class Sshd {
  private child: { process: ChildProcess; isWrapper: boolean } | undefined;

  constructor(
    readonly machine: Machine,
    readonly program: string,
  ) {}

  get isUp(): boolean {
    return this.child !== undefined;
  }

  /** Creates the host keys if there are none. */
  async makeHostKeys(): Promise<void> {
    if (!existsSync(hostKey(this.machine.ssh, 'ecdsa'))) await generateHostKeys(this.machine.ssh);
  }

  /**
   * Creates new host keys, which sshd uses from its next start on.
   * With `hidden` the public keys in /etc/ssh stay as they were, as if another machine answered.
   */
  async replaceHostKeys(hidden: boolean): Promise<void> {
    rmSync(join(this.machine.ssh, impostor), { recursive: true, force: true });
    await generateHostKeys(hidden ? join(this.machine.ssh, impostor) : this.machine.ssh);
  }

  /** Starts sshd, unless it is up. Resolves when it listens. */
  async listen(address: string, port: number): Promise<void> {
    if (this.isUp) return;
    writeFileSync(join(this.machine.ssh, 'sshd_config'), this.config(address, port));
    const argv = this.machine.daemon(this.program, [
      '-D',
      '-e',
      '-f',
      `${this.machine.sshInside}/sshd_config`,
    ]);
    const { file, args, env, cwd, isWrapper } = argv;
    const child = spawn(file, args, { env, cwd, detached: true, stdio: ['pipe', 'ignore', 'pipe'] });
    this.child = { process: child, isWrapper };
    child.once('exit', () => (this.child = undefined));
    child.stderr.pipe(createWriteStream(join(this.machine.ssh, 'sshd.log'), { flags: 'a', mode: 0o600 }));
    await listening(child);
  }

  /** Kills the process that accepts connections, the connections with their processes, or both. */
  async kill(what: { listener: boolean; sessions: boolean }): Promise<void> {
    const pid = this.child?.process.pid;
    if (this.child === undefined || pid === undefined) return;
    const { process: child, isWrapper } = this.child;
    const below = descendants(pid);
    const listener = isWrapper ? below.shift() : pid;
    if (what.sessions) killAll(below);
    if (!what.listener || listener === undefined) return;
    const ended = once(child, 'exit');
    killAll([listener]);
    await ended;
    // Connections accepted meanwhile.
    if (what.sessions) killAll(descendants(listener));
  }

  private config(address: string, port: number): string {
    const folder = existsSync(join(this.machine.ssh, impostor)) ? `/${impostor}` : '';
    const keys = keyTypes.map((type) => `HostKey "${hostKey(this.machine.sshInside + folder, type)}"`);
    return [
      ...this.machine.sshdConfig,
      `ListenAddress ${address}`,
      `Port ${port}`,
      ...keys,
      'PidFile none',
      'AuthorizedKeysFile .ssh/authorized_keys',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'UsePAM no',
      'PermitRootLogin prohibit-password',
      'PrintMotd no',
      'PrintLastLog no',
      'AcceptEnv LANG LC_* COLORTERM',
      `Subsystem sftp ${sftpServer(this.machine.sshdConfig)}`,
      // A test that tries wrong keys must not lock itself out.
      ...(hasPenalties(this.program) ? ['PerSourcePenalties no'] : []),
      '',
    ].join('\n');
  }
}

/** Resolves when sshd reports that it listens. @throws with its output if it ends instead */
function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    const onOutput = (chunk: Buffer): void => {
      output += chunk.toString();
      if (!output.includes('Server listening')) return;
      child.stderr?.off('data', onOutput);
      resolve();
    };
    child.stderr?.on('data', onOutput);
    child.once('error', reject);
    child.once('close', () => reject(new Error(`sshd did not start: ${output.trim()}`)));
  });
}

function hostKey(folder: string, type: string): string {
  return `${folder}/ssh_host_${type}_key`;
}

async function generateHostKeys(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await Promise.all(
    keyTypes.map(async (type) => {
      const file = hostKey(folder, type);
      rmSync(file, { force: true });
      await promisify(execFile)('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', '', '-f', file]);
      chmodSync(`${file}.pub`, 0o644);
    }),
  );
}

/** Finds the program for sftp: internal-sftp ignores a home folder that a forced command has set. */
function sftpServer(config: string[]): string {
  if (!config.some((line) => line.startsWith('ForceCommand'))) return 'internal-sftp';
  const folders = ['/usr/lib/openssh', '/usr/libexec', '/usr/libexec/openssh', '/usr/lib/ssh'];
  const found = folders.map((folder) => `${folder}/sftp-server`).find((file) => existsSync(file));
  return found ?? 'internal-sftp';
}

function hasPenalties(program: string): boolean {
  const { stderr } = spawnSync(program, ['-V'], { encoding: 'utf8' });
  const [, major, minor] = /OpenSSH_(\d+)\.(\d+)/.exec(stderr) ?? [];
  return Number(major) * 100 + Number(minor) >= 908;
}
