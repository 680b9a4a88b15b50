import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../harness/until';
import type { KeyFile } from '../../unit/ssh/support/keys';

/** A real ssh-agent with some keys. */
export class Agent {
  private constructor(
    readonly address: string,
    private readonly process: ChildProcess,
  ) {}

  /** @param owner what the owner does when they are asked to confirm the use of a key, in shell; else nobody asks them */
  static async start(folder: string, name: string, keys: readonly KeyFile[], owner?: string): Promise<Agent> {
    const address = join(folder, name);
    const box = `${address}.askpass`;
    if (owner !== undefined) writeFileSync(box, `#!/bin/sh\n${owner}\n`, { mode: 0o700 });
    const child = spawn('ssh-agent', ['-D', '-a', address], {
      stdio: 'ignore',
      env: { ...process.env, SSH_ASKPASS: box, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0' },
    });
    await until('the agent to listen', () => existsSync(address));
    for (const { path } of keys) {
      execFileSync('ssh-add', ['-q', ...(owner === undefined ? [] : ['-c']), path], {
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
