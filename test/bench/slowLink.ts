import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { loader, projectFolder } from '../tools/paths';

/**
 * Runs a script in a network namespace of its own, which goes with the process, so that nothing leaves it.
 * @returns whether it ended well; without root it cannot begin
 */
export function runInNetworkNamespace(script: string, args: readonly string[]): boolean {
  const inside = 'ip link set lo up && exec "$0" "$@"';
  const node = [process.execPath, '--import', loader, script, ...args];
  const { status } = spawnSync('unshare', ['--net', 'sh', '-c', inside, ...node], {
    cwd: projectFolder,
    stdio: 'inherit',
  });
  return status === 0;
}

/** A line with a round trip of its own; see slowLine.py. For a network namespace that was made for it. */
export class SlowLink {
  /** The end that servers listen at. */
  static readonly serverAddress = '10.99.0.1';
  /** What a client names so that its packets take the line. */
  static readonly clientTarget = '10.99.0.2';

  private constructor(private readonly process: ChildProcessByStdio<Writable, Readable, null>) {}

  /** @param roundTrip in milliseconds */
  static async start(roundTrip: number): Promise<SlowLink> {
    const script = join(import.meta.dirname, 'slowLine.py');
    const child = spawn('python3', [script, String(roundTrip)], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    return new SlowLink(child);
  }

  /** Packets that set out from now on take so many milliseconds there and back. */
  async setRoundTrip(roundTrip: number): Promise<void> {
    const ready = once(this.process.stdout, 'data');
    this.process.stdin.write(`${roundTrip}\n`);
    await ready;
  }

  stop(): void {
    this.process.kill();
  }
}
