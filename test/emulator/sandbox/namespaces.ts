import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { makeHome } from './home';
import { type Argv, type Login, loginEnvironment, type Machine, terminalType } from './machine';

const user = 'ohm';
const uid = 1000;

/** Folders of this machine that a computer sees: those of the system. All others are hidden. */
const systemFolders = /^(bin|sbin|lib\w*|usr|etc|var)$/;
const varFolders = /^(lib|cache|run|lock|local)$/;

const programFolders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/**
 * Script of process 1 of the new namespaces, run in the computer's folder. It prints its process id in the host's
 * namespace, then becomes a shell that reads its standard input. That has no data but ends with the emulator, also with
 * one that is killed, so the computer ends with it.
 */
const init = `
set -eu
read -r pid _ </proc/self/stat
layers=/
if [ -n "$WITHOUT" ]; then
  # A layer that hides programs. It must not lie within the one below, so it has a file system of its own.
  mount -t tmpfs -o mode=755 tmpfs without
  for file in $WITHOUT; do
    mkdir -p "without$(dirname "$file")"
    mknod "without$file" c 0 0
  done
  layers=without:/
fi
mount -t overlay overlay -o lowerdir=$layers,upperdir=upper,workdir=work root
cd root
mkdir -p dev etc/ssh home/${user} media mnt opt proc root run srv sys tmp var/log var/tmp
chmod 700 root
chmod 1777 var/tmp
mount --bind ../home home/${user}
mount --bind ../ssh etc/ssh
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys || true
mount -t tmpfs -o mode=1777 tmpfs tmp
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=755 tmpfs dev
mkdir run/sshd run/lock dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts dev/pts
mount -t tmpfs -o mode=1777 tmpfs dev/shm
cp -a /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty /dev/fd /dev/stdin /dev/stdout /dev/stderr dev
ln -s pts/ptmx dev/ptmx
hostname "$NAME"
pivot_root . .
umount -l .
echo "$pid"
exec -a init bash --norc
`;

const unshare = ['--pid', '--mount', '--uts', '--ipc', '--fork', '--kill-child=KILL'];

/**
 * Tries to set up namespaces with files in `folder`.
 * @returns the reason why computers in namespaces are not possible here, or undefined if they are
 */
export function namespacesRefused(folder: string, sshd: string): string | undefined {
  if (process.platform !== 'linux') return 'this is not Linux';
  if (process.getuid?.() !== 0) return 'not root';
  const probe = join(folder, '.probe');
  const script = `mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work root && test -x "root$1"`;
  for (const name of ['upper', 'work', 'root']) mkdirSync(join(probe, name), { recursive: true });
  try {
    execFileSync('unshare', [...unshare, 'sh', '-c', script, 'sh', sshd], { cwd: probe, stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `no overlay file system in namespaces of their own: ${(error as Error).message.trim()}`;
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
}

/** A computer in its own process, mount, host name and IPC namespaces, on an overlay of this machine's system. */
export class NamespacesMachine implements Machine {
  readonly user = user;
  readonly home: string;
  readonly ssh: string;
  readonly sshInside = '/etc/ssh';
  readonly sshdConfig = ['SetEnv LANG=C.UTF-8'];
  private process: ChildProcess | undefined;
  private init: number | undefined;

  constructor(
    readonly folder: string,
    readonly name: string,
  ) {
    this.home = join(folder, 'home');
    this.ssh = join(folder, 'ssh');
  }

  async boot(without: readonly string[]): Promise<void> {
    if (this.init !== undefined) return;
    this.prepare();
    const child = spawn('unshare', [...unshare, 'bash', '-c', init], {
      cwd: this.folder,
      env: {
        PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
        NAME: this.name,
        WITHOUT: without.flatMap(programFiles).join(' '),
      },
      detached: true,
      stdio: 'pipe',
    });
    this.process = child;
    const errors = text(child.stderr);
    for await (const line of createInterface(child.stdout)) {
      this.init = Number(line);
      break;
    }
    if (this.init === undefined) throw new Error(`The computer did not boot: ${(await errors).trim()}`);
  }

  async halt(): Promise<void> {
    const child = this.process;
    if (this.init !== undefined && child?.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      // The kernel ends all processes of a namespace, and its mounts, with its process 1.
      process.kill(this.init, 'SIGKILL');
      await ended;
    }
    this.process = this.init = undefined;
  }

  processes(): number[] {
    const namespace = namespaceOf(this.init ?? 0);
    if (namespace === undefined) return [];
    const pids = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
    return pids.filter((pid) => namespaceOf(pid) === namespace);
  }

  daemon(file: string, args: string[]): Argv {
    return this.enter([], [file, ...args], {});
  }

  shell(command: string): Argv {
    return this.enterAsUser(['bash', '-lc', command], {});
  }

  login(): Login {
    // The session must be created inside, in the process id namespace of its processes.
    const argv = this.enterAsUser(['setsid', '--ctty', 'bash', '-l'], { TERM: terminalType });
    return { argv, pts: `/proc/${this.pid}/root/dev/pts`, owner: uid };
  }

  /** Process 1 of the computer, by its id in the host's namespace. */
  private get pid(): number {
    if (this.init === undefined) throw new Error('The computer is not up.');
    return this.init;
  }

  private enterAsUser(argv: string[], env: Record<string, string>): Argv {
    const home = `/home/${user}`;
    return this.enter(['-S', String(uid), '-G', String(uid)], ['env', '-C', home, ...argv], {
      ...loginEnvironment(user, home),
      ...env,
    });
  }

  private enter(options: string[], argv: string[], env: Record<string, string>): Argv {
    const args = ['-t', String(this.pid), '-m', '-u', '-i', '-p', ...options, '--', ...argv];
    return {
      file: 'nsenter',
      args,
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...env },
      cwd: '/',
      isWrapper: true,
    };
  }

  /** Creates the upper layer of a new computer: files that differ from this machine's, and whiteouts of hidden ones. */
  private prepare(): void {
    const upper = join(this.folder, 'upper');
    for (const name of ['ssh', 'work', 'root', 'without'])
      mkdirSync(join(this.folder, name), { recursive: true });
    makeHome(this.home, '\\h', uid);
    if (existsSync(upper)) return;
    const newUpper = join(this.folder, 'upper.new');
    rmSync(newUpper, { recursive: true, force: true });
    mkdirSync(join(newUpper, 'etc'), { recursive: true });
    mkdirSync(join(newUpper, 'var'));
    for (const [name, [content, mode]] of Object.entries(systemFiles(this.name))) {
      writeFileSync(join(newUpper, 'etc', name), content, { mode });
    }
    const hidden = [
      ...readdirSync('/').filter((name) => !systemFolders.test(name)),
      ...readdirSync('/var').flatMap((name) => (varFolders.test(name) ? [] : [`var/${name}`])),
    ];
    // A character device 0:0 in the upper layer is a whiteout: overlayfs hides that name.
    const hide = 'for name; do mknod "$name" c 0 0; done && mv "$PWD" ../upper';
    execFileSync('sh', ['-c', hide, 'sh', ...hidden], { cwd: newUpper, stdio: 'pipe' });
  }
}

/** The process id namespace of a process; undefined when it has ended. */
function namespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}

/** Paths of a program on this machine. */
function programFiles(name: string): string[] {
  const folders = new Set(
    programFolders.filter((folder) => existsSync(folder)).map((folder) => realpathSync(folder)),
  );
  return [...folders].map((folder) => join(folder, name)).filter((file) => existsSync(file));
}

/** Files below /etc that are a computer's own: text and mode. They leave out the host's users and their passwords. */
function systemFiles(name: string): Record<string, [string, number]> {
  const entries = (file: string, own: string): string => {
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    const ofSystem = lines.filter((line) => {
      const id = Number(line.split(':')[2]);
      return id < uid || id > 60_000;
    });
    return [...ofSystem, own, ''].join('\n');
  };
  const passwd = entries('/etc/passwd', `${user}:x:${uid}:${uid}::/home/${user}:/bin/bash`);
  const shadow = passwd.replace(/^([^:\n]+):.*$/gm, '$1:*:19000:0:99999:7:::');
  return {
    passwd: [passwd, 0o644],
    group: [entries('/etc/group', `${user}:x:${uid}:`), 0o644],
    shadow: [shadow, 0o600],
    hostname: [`${name}\n`, 0o644],
    hosts: [`127.0.0.1 localhost ${name}\n::1 localhost\n`, 0o644],
    // A copy: it is often a link into /run, which a computer has of its own.
    'resolv.conf': [existsSync('/etc/resolv.conf') ? readFileSync('/etc/resolv.conf', 'utf8') : '', 0o644],
  };
}
