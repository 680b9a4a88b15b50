import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { until } from '../../lab/until';
import type { KeyFile } from '../../unit/ssh/support/keys';

/** A real ssh-agent with some keys. */
export class Agent {
  private constructor(
    readonly address: string,
    private readonly process: ChildProcess,
  ) {}

  static async start(folder: string, name: string, keys: readonly KeyFile[]): Promise<Agent> {
    const address = join(folder, name);
    const child = spawn('ssh-agent', ['-D', '-a', address], { stdio: 'ignore' });
    await until('the agent to listen', () => existsSync(address));
    for (const { path } of keys) {
      execFileSync('ssh-add', ['-q', path], {
        env: { ...process.env, SSH_AUTH_SOCK: address },
        stdio: 'pipe',
      });
    }
    return new Agent(address, child);
  }

  async stop(): Promise<void> {
    const ended = once(this.process, 'exit');
    this.process.kill();
    await ended;
  }
}
