import { join } from 'node:path';
import { measurePoll } from './pollCost';
import { benchTimeToPrompt, benchStoppedComputer } from './timeToPrompt';
import { benchTransports } from './transports';
import { benchRoundTrips } from './roundTrips';
import { benchSizes } from './sizes';
import { runInNetworkNamespace } from './slowLink';
import { ms, printTable } from './table';
import { benchVSCode } from './vscode';

/** What can be measured, by the name it is asked for. One that could not be gives false. */
const sections: Readonly<Record<string, (parts: readonly string[]) => unknown>> = {
  reach: () => benchTimeToPrompt('A running computer, on this machine'),
  'slow-line': () => benchInNamespace('overSlowLine.ts', ['100']),
  'round-trips': () => benchRoundTrips(),
  transports: () => benchTransports(),
  stopped: () => benchStoppedComputer(),
  polls: () => benchPolls(),
  vscode: () => benchVSCode(),
  window: (parts) => benchInNamespace('window/inWindow.ts', parts),
  sizes: () => benchSizes(),
};

/**
 * Prints what the product costs, one table a subject. Nothing is asserted.
 * @param args the names of sections, or of one section and its parts; all when there are none
 * @returns the exit code
 */
export async function main(args: readonly string[]): Promise<number> {
  const names = args.filter((name) => name in sections);
  const parts = args.filter((name) => !(name in sections));
  if (names.length === 0 && parts.length > 0) {
    console.error(`There is no such section. There are: ${Object.keys(sections).join(', ')}.`);
    return 1;
  }
  let complete = true;
  for (const name of names.length > 0 ? names : Object.keys(sections))
    if ((await sections[name]?.(parts)) === false) complete = false;
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
