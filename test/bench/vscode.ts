import { loadavg } from 'node:os';
import { median, ms, printTable } from './table';
import type { Activation } from './vscode/measureActivation';
import type { Memory, MemorySteps } from './vscode/measureMemory';
import { MeasuringHost } from './vscode/measuringHost';

const rounds = { activation: 11, memory: 3 };

/** Measures the time of the extension's activation and the memory that it adds to the extension host. */
export async function benchVSCode(): Promise<void> {
  const host = await MeasuringHost.start(['measureActivation', 'measureMemory']);
  try {
    await benchActivation(host);
    await benchMemory(host);
  } finally {
    await host.stop();
  }
}

async function benchActivation(host: MeasuringHost): Promise<void> {
  // Warms up the file system cache.
  await host.measure('measureActivation');
  const all: Activation[] = [];
  for (let round = 0; round < rounds.activation; round += 1)
    all.push(await host.measure<Activation>('measureActivation'));
  const row = (title: string, of: (activation: Activation) => number, goal = ''): string[] => {
    const values = all.map(of);
    return [title, ms(median(values)), ms(Math.min(...values)), goal];
  };
  printTable(
    `Activation, as VS Code measures it, in ${rounds.activation} windows (load of the machine: ${loadavg()[0]?.toFixed(1)})`,
    ['', 'median', 'best', 'goal'],
    [
      row('reading and evaluating the code', ({ load }) => load),
      row('activate()', ({ call }) => call),
      row('together', ({ load, call }) => load + call, 'under 20 ms'),
    ],
  );
}

async function benchMemory(host: MeasuringHost): Promise<void> {
  const all: MemorySteps[] = [];
  for (let round = 0; round < rounds.memory; round += 1)
    all.push(await host.measure<MemorySteps>('measureMemory'));
  const row = (title: string, step: keyof MemorySteps, since: keyof MemorySteps): string[] => {
    const grown = (of: (memory: Memory) => number): string =>
      mb(median(all.map((steps) => of(steps[step]) - of(steps[since]))));
    return [title, grown(({ heap }) => heap), grown(({ rss }) => rss)];
  };
  printTable(
    'Memory that the extension adds to the extension host, idle',
    ['', 'heap', 'process'],
    [
      row('its list', 'list', 'inactive'),
      row('the list and 1 terminal', 'one', 'inactive'),
      row('the list and 10 terminals', 'ten', 'inactive'),
      row('of which the last 9 terminals', 'ten', 'one'),
    ],
  );
}

const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
