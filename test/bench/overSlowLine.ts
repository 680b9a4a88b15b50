import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { benchReach } from './reach';

/** Runs in a network namespace of its own: reaching a computer over a line with this round trip, in milliseconds. */
async function main(roundTrip: number): Promise<void> {
  const line = spawn('python3', [join(import.meta.dirname, 'slowLine.py'), String(roundTrip)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(line.stdout, 'data');
    await benchReach(`A running computer, over a line with ${roundTrip} ms of round trip`, {
      listenAddress: '10.99.0.1',
      advertiseAddress: '10.99.0.2',
    });
  } finally {
    line.kill();
  }
}

void main(Number(process.argv[2]));
