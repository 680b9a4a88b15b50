import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { loader, projectFolder } from '../tools/paths';

/**
 * Runs a script in a network namespace of its own, which ends with the process.
 * @returns true if it succeeded; it needs root
 */
export function runInNetworkNamespace(script: string, args: readonly string[]): boolean {
  const command = 'ip link set lo up && exec "$0" "$@"';
  const node = [process.execPath, '--import', loader, script, ...args];
  const { status } = spawnSync('unshare', ['--net', 'sh', '-c', command, ...node], {
    cwd: projectFolder,
    stdio: 'inherit',
  });
  return status === 0;
}

/** A network link with a configurable round trip; see slowLink.py. It needs a network namespace of its own. */
export class SlowLink {
  /** The address that servers listen on. */
  static readonly serverAddress = '10.99.0.1';
  /** The address that clients connect to, so that their packets take the link. */
  static readonly clientTarget = '10.99.0.2';

  private constructor(private readonly process: ChildProcessByStdio<Writable, Readable, null>) {}

  /** @param roundTrip in milliseconds */
  static async start(roundTrip: number): Promise<SlowLink> {
    const script = join(import.meta.dirname, 'slowLink.py');
    const child = spawn('python3', [script, String(roundTrip)], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    return new SlowLink(child);
  }

  /** Sets the round trip, in milliseconds, of packets sent from now on. */
  async setRoundTrip(roundTrip: number): Promise<void> {
    const ready = once(this.process.stdout, 'data');
    this.process.stdin.write(`${roundTrip}\n`);
    await ready;
  }

  stop(): void {
    this.process.kill();
  }
}
