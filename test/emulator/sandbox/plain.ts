import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { makeHome } from './home';
import { type Argv, type Login, loginEnvironment, type Machine, terminalType } from './machine';
import { killAll } from './processes';

/** Marks the processes of a computer, so that all of them can be found at the end. */
const marker = 'CELESTO_COMPUTER';

/** Becomes the daemon, and ends it when standard input ends: when the emulator is gone, however it went. */
const guarded = 'exec 3<&0; ( { read -r _ <&3; kill -KILL $$; } & ); exec "$@" 3<&-';

/**
 * A computer that is only a home folder with an sshd of its own, run as the current user: for machines where
 * namespaces cannot be had. `/etc/ssh/` in a command stands for the computer's own folder of host keys.
 */
export class PlainMachine implements Machine {
  readonly user = userInfo().username;
  readonly home: string;
  readonly ssh: string;
  readonly sshInside: string;
  readonly sshdConfig: string[];
  private readonly loginPath: string;

  constructor(
    readonly folder: string,
    readonly name: string,
  ) {
    this.home = join(folder, 'home');
    this.ssh = this.sshInside = join(folder, 'ssh');
    this.loginPath = join(folder, 'login');
    this.sshdConfig = [
      `AuthorizedKeysFile "${join(this.home, '.ssh/authorized_keys')}"`,
      // The folders above the home may be anyone's, such as /tmp.
      'StrictModes no',
      `ForceCommand '${this.loginPath}'`,
    ];
  }

  boot(without: readonly string[]): Promise<void> {
    if (without.length > 0)
      return Promise.reject(new Error('Only a computer in namespaces can be without a program.'));
    mkdirSync(this.ssh, { recursive: true });
    makeHome(this.home, this.name);
    writeFileSync(this.loginPath, this.loginScript());
    chmodSync(this.loginPath, 0o755);
    // sshd run by root asks for this folder.
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
    return Promise.resolve();
  }

  async halt(): Promise<void> {
    for (let pids = this.processes(); pids.length > 0; pids = this.processes()) {
      killAll(pids);
      await delay(5);
    }
  }

  daemon(file: string, args: string[]): Argv {
    const env = { PATH: '/usr/bin:/bin:/usr/sbin:/sbin' };
    return {
      file: 'bash',
      args: ['-c', guarded, 'bash', file, ...args],
      env,
      cwd: this.folder,
      isDoor: false,
    };
  }

  shell(command: string): Argv {
    const args = ['-lc', command.replaceAll('/etc/ssh/', `${this.ssh}/`)];
    return { file: 'bash', args, env: this.environment(), cwd: this.home, isDoor: false };
  }

  login(): Login {
    const env = { ...this.environment(), TERM: terminalType };
    return { argv: { file: 'bash', args: ['-l'], env, cwd: this.home, isDoor: false }, pts: '', owner: 0 };
  }

  private environment(): Record<string, string> {
    return { ...loginEnvironment(this.user, this.home), [marker]: basename(this.folder) };
  }

  /** What sshd runs for every session: a login shell or the command asked for, in the computer's home. */
  private loginScript(): string {
    const exports = Object.entries(this.environment()).map(([name, value]) => `export ${name}='${value}'`);
    return [
      '#!/bin/bash',
      ...exports,
      'cd',
      'if [ -n "$SSH_ORIGINAL_COMMAND" ]; then exec bash -c "$SSH_ORIGINAL_COMMAND"; fi',
      'exec bash -l',
      '',
    ].join('\n');
  }

  /** Processes that carry the marker, where the system shows that (Linux); daemons of the user are among them. */
  processes(): number[] {
    if (!existsSync('/proc/self/environ')) return [];
    const mark = `${marker}=${basename(this.folder)}\0`;
    return readdirSync('/proc').flatMap((name) => {
      const pid = Number(name);
      if (!Number.isInteger(pid)) return [];
      try {
        return readFileSync(`/proc/${name}/environ`, 'utf8').includes(mark) ? [pid] : [];
      } catch {
        return []; // Another user's, or gone meanwhile.
      }
    });
  }
}
