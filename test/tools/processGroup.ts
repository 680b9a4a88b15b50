import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

export interface ProcessGroupOptions {
  readonly env: NodeJS.ProcessEnv;
  /** File for the output of the program. */
  readonly log: string;
}

/** A program and all that it starts, in a process group, by which they can be ended together. */
export class ProcessGroup {
  private readonly child: ChildProcess;
  private readonly killOnExit = () => this.signal('SIGKILL');

  constructor(command: string, args: readonly string[], { env, log }: ProcessGroupOptions) {
    const file = openSync(log, 'a');
    this.child = spawn(command, args, { env, stdio: ['ignore', file, file], detached: true });
    this.child.on('error', () => undefined); // `hasEnded` is true of a program that could not start.
    closeSync(file);
    process.on('exit', this.killOnExit);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get hasEnded(): boolean {
    return this.child.pid === undefined || this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /**
   * Resolves when the program itself has ended.
   * @returns its exit code; undefined when a signal ended it or it could not be started
   */
  async ended(): Promise<number | undefined> {
    if (!this.hasEnded) await new Promise((resolve) => this.child.once('exit', resolve));
    return this.child.exitCode ?? undefined;
  }

  /** Asks the group to end, and kills it when it has not after `timeoutMs`. */
  async stop(timeoutMs = 2000): Promise<void> {
    for (let waited = 0; this.signal('SIGTERM') && waited < timeoutMs; waited += 50) await delay(50);
    this.signal('SIGKILL');
    process.off('exit', this.killOnExit);
  }

  /** @returns false when no process of the group is left */
  private signal(signal: NodeJS.Signals): boolean {
    if (this.child.pid === undefined) return false;
    try {
      return process.kill(-this.child.pid, signal);
    } catch {
      return false;
    }
  }
}

/** Makes signals an ordinary exit: one that is not handled skips the exit handlers, which end process groups. */
export function exitOnSignals(): void {
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  process.once('SIGHUP', () => process.exit(129));
}
