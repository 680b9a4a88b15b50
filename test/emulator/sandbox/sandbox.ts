import { setMaxListeners } from 'node:events';
import { rmSync } from 'node:fs';
import { Display } from './display';
import { Command } from './exec';
import type { Machine } from './machine';
import { NamespacesMachine, namespacesRefused } from './namespaces';
import { PlainMachine } from './plain';
import { Pty } from './pty';
import { findSshd, Sshd } from './sshd';
import { measureUsage, type Usage } from './usage';

export type Isolation = 'namespaces' | 'plain';

/** One real computer: a machine, its sshd, and the commands that run on it. Its changes run one after the other. */
export class Sandbox {
  private readonly machine: Machine & { folder: string };
  private readonly sshd: Sshd;
  private powerSwitch = createPowerSwitch();
  /** The display that was started since the boot. */
  private startedDisplay: Promise<Display> | undefined;
  private bootedAt = 0;
  private queue: Promise<unknown> = Promise.resolve();

  constructor(machine: Machine & { folder: string }, sshd: string) {
    this.machine = machine;
    this.sshd = new Sshd(machine, sshd);
  }

  get user(): string {
    return this.machine.user;
  }

  get isListening(): boolean {
    return this.sshd.isUp;
  }

  /** The home folder, as seen from outside. */
  get home(): string {
    return this.machine.home;
  }

  /** Aborted when the computer goes down; each boot has a new one. */
  get power(): AbortSignal {
    return this.powerSwitch.signal;
  }

  /** Milliseconds since the boot. */
  get uptime(): number {
    return Date.now() - this.bootedAt;
  }

  /** Measures its processes and its home folder. */
  usage(): Promise<Usage> {
    return measureUsage(this.machine.processes(), this.home);
  }

  /** Boots the computer without sshd. @param without names of programs to hide */
  boot(without: readonly string[] = []): Promise<void> {
    return this.enqueue(async () => {
      if (this.powerSwitch.signal.aborted) this.powerSwitch = createPowerSwitch();
      await Promise.all([this.machine.boot(without), this.sshd.makeHostKeys()]);
      this.bootedAt = Date.now();
    });
  }

  /** Starts sshd; settles when it listens. */
  listen(address: string, port: number): Promise<void> {
    return this.enqueue(() => this.sshd.listen(address, port));
  }

  killSshd(what: { listener: boolean; sessions: boolean }): Promise<void> {
    return this.enqueue(() => this.sshd.kill(what));
  }

  /** See Sshd.replaceHostKeys; takes effect when sshd is started again. */
  replaceHostKeys(hidden: boolean): Promise<void> {
    return this.enqueue(() => this.sshd.replaceHostKeys(hidden));
  }

  /** Starts a shell command line as the user. It ends with the computer, or after `timeoutMs`. */
  start(commandLine: string, timeoutMs: number): Command {
    return new Command(this.machine.shell(commandLine), timeoutMs, this.powerSwitch.signal);
  }

  /** Logs the user in on a new terminal. It ends with the computer. */
  openTerminal(): Pty {
    return new Pty(this.machine.login(), this.powerSwitch.signal);
  }

  /** The display of the computer, started by the first call. It ends with the computer. */
  display(): Promise<Display> {
    this.startedDisplay ??= Display.start(this.machine, this.power);
    return this.startedDisplay;
  }

  /** Kills every process of the computer. Its files stay. */
  halt(): Promise<void> {
    return this.enqueue(async () => {
      this.powerSwitch.abort();
      this.startedDisplay = undefined;
      await this.sshd.kill({ listener: true, sessions: true });
      await this.machine.halt();
    });
  }

  /** Stops the computer and deletes its files. */
  async remove(): Promise<void> {
    await this.halt();
    await this.enqueue(() => {
      rmSync(this.machine.folder, { recursive: true, force: true });
      return Promise.resolve();
    });
  }

  private enqueue<T>(action: () => Promise<T>): Promise<T> {
    const result = this.queue.then(action);
    this.queue = result.catch(() => undefined);
    return result;
  }
}

/** Creates a controller without a limit of listeners: each command and terminal of the computer is one. */
function createPowerSwitch(): AbortController {
  const power = new AbortController();
  setMaxListeners(0, power.signal);
  return power;
}

/** Creates the sandbox of a computer in its own folder. */
export type SandboxFactory = (folder: string, name: string) => Sandbox;

/**
 * Chooses the isolation of computers on this machine.
 * @returns the isolation, and the reason if it is not namespaces
 * @throws when there is no OpenSSH server, or `wanted` cannot be had.
 */
export function chooseSandbox(
  folder: string,
  wanted: Isolation | 'auto',
): { isolation: Isolation; reason: string | undefined; create: SandboxFactory } {
  const sshd = findSshd();
  const refused = wanted === 'plain' ? 'asked for' : namespacesRefused(folder, sshd);
  if (wanted === 'namespaces' && refused !== undefined) {
    throw new Error(`Computers in namespaces cannot be had here: ${refused}.`);
  }
  return {
    isolation: refused === undefined ? 'namespaces' : 'plain',
    reason: refused,
    create: (own, name) =>
      new Sandbox(
        refused === undefined ? new NamespacesMachine(own, name) : new PlainMachine(own, name),
        sshd,
      ),
  };
}
