import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../lab/paths';
import { measurePoll } from './pollCost';
import { benchReach, benchStopped } from './reach';
import { benchRoundTrips } from './roundTrips';
import { benchSizes } from './sizes';
import { ms, printTable } from './table';
import { benchVSCode } from './vscode';

/** Prints what the product costs, one table a subject. Nothing is asserted. @returns the exit code */
export async function main(): Promise<number> {
  await benchReach('A running computer, on this machine');
  const slow = benchSlowLine(100);
  await benchRoundTrips();
  await benchStopped();
  await benchPolls();
  await benchVSCode();
  benchSizes();
  return slow ? 0 : 1;
}

/** In a network namespace of its own, which goes with the process, so that nothing leaves it. */
function benchSlowLine(roundTrip: number): boolean {
  const script = join(import.meta.dirname, 'overSlowLine.ts');
  const inside = `ip link set lo up && exec "$0" --import tsx "$1" ${roundTrip}`;
  const { status } = spawnSync('unshare', ['--net', 'sh', '-c', inside, process.execPath, script], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (status !== 0)
    console.log('\nThe slow line could not be measured: it needs root, /dev/net/tun and python3.');
  return status === 0;
}

async function benchPolls(): Promise<void> {
  const rows: string[][] = [];
  for (const computers of [200, 1_000, 10_000]) {
    const cost = await measurePoll(computers, computers > 1_000 ? 40 : 200);
    const goal = computers === 1_000 ? 'under 5 ms' : '';
    rows.push([`${computers} computers, one changed`, ms(cost.median), ms(cost.parse), goal]);
  }
  printTable(
    'A poll, from the answer’s text to the one event',
    ['', 'median', 'of which JSON', 'goal'],
    rows,
  );
}
