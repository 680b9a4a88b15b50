import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { makeHome } from './home';
import { type Argv, type Login, loginEnvironment, type Machine, terminalType } from './machine';
import { killAll } from './processes';

/** Environment variable that identifies the processes of a computer, to find all of them at the end. */
const computerVariable = 'CELESTO_COMPUTER';

/** Shell script that runs a daemon and kills it when standard input ends, which it does with the emulator, however that ends. */
const runUntilStdinEnds = 'exec 3<&0; ( { read -r _ <&3; kill -KILL $$; } & ); exec "$@" 3<&-';

/**
 * A computer that is only a home folder with an sshd of its own, run as the current user, for machines without
 * namespaces. `/etc/ssh/` in a command is replaced by the computer's own folder of host keys.
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
      args: ['-c', runUntilStdinEnds, 'bash', file, ...args],
      env,
      cwd: this.folder,
      isWrapper: false,
    };
  }

  shell(command: string): Argv {
    const args = ['-lc', command.replaceAll('/etc/ssh/', `${this.ssh}/`)];
    return { file: 'bash', args, env: this.environment(), cwd: this.home, isWrapper: false };
  }

  login(): Login {
    const env = { ...this.environment(), TERM: terminalType };
    return { argv: { file: 'bash', args: ['-l'], env, cwd: this.home, isWrapper: false }, pts: '', owner: 0 };
  }

  private environment(): Record<string, string> {
    return { ...loginEnvironment(this.user, this.home), [computerVariable]: basename(this.folder) };
  }

  /** The script that sshd runs for each session: a login shell or the requested command, in the computer's home. */
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

  /** Processes with the variable, where the system shows that (Linux), daemons of the user included. */
  processes(): number[] {
    if (!existsSync('/proc/self/environ')) return [];
    const entry = `${computerVariable}=${basename(this.folder)}\0`;
    return readdirSync('/proc').flatMap((name) => {
      const pid = Number(name);
      if (!Number.isInteger(pid)) return [];
      try {
        return readFileSync(`/proc/${name}/environ`, 'utf8').includes(entry) ? [pid] : [];
      } catch {
        return []; // Another user's, or ended meanwhile.
      }
    });
  }
}
