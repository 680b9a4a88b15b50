import { join } from 'node:path';
import { measurePoll } from './pollCost';
import { benchRoundTrips } from './roundTrips';
import { benchSizes } from './sizes';
import { runInNetworkNamespace } from './slowLink';
import { ms, printTable } from './table';
import { benchStoppedComputer, benchTimeToPrompt } from './timeToPrompt';
import { benchTransports } from './transports';
import { benchVSCode } from './vscode';

/** Benchmarks by name. One that could not run returns false. */
const benchmarks: Readonly<Record<string, (selected: readonly string[]) => unknown>> = {
  'time-to-prompt': () => benchTimeToPrompt('A running computer, on this machine'),
  'slow-link': () => benchInNamespace('timeToPromptOverSlowLink.ts', ['100']),
  'round-trips': () => benchRoundTrips(),
  transports: () => benchTransports(),
  'stopped-computer': () => benchStoppedComputer(),
  polls: () => benchPolls(),
  vscode: () => benchVSCode(),
  window: (selected) => benchInNamespace('window/benchInWindow.ts', selected),
  sizes: () => benchSizes(),
};

/**
 * Runs benchmarks and prints a table of each. They assert nothing.
 * @param args the names of benchmarks, or of one benchmark and its selected measurements; all when there are none
 * @returns the exit code
 */
export async function main(args: readonly string[]): Promise<number> {
  const names = args.filter((name) => name in benchmarks);
  const selected = args.filter((name) => !(name in benchmarks));
  if (names.length === 0 && selected.length > 0) {
    console.error(`There is no such benchmark. Choose from: ${Object.keys(benchmarks).join(', ')}.`);
    return 1;
  }
  let complete = true;
  for (const name of names.length > 0 ? names : Object.keys(benchmarks))
    if ((await benchmarks[name]?.(selected)) === false) complete = false;
  return complete ? 0 : 1;
}

function benchInNamespace(script: string, args: readonly string[]): boolean {
  const done = runInNetworkNamespace(join(import.meta.dirname, script), args);
  if (!done) console.log(`\n${script} could not be run to its end. It needs root, /dev/net/tun and python3.`);
  return done;
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
