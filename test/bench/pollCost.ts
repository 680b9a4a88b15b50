import type * as v from 'valibot';
import { CelestoClient } from '../../src/api/client';
import { Http, readAs } from '../../src/api/http';
import { systemClock } from '../../src/base/clock';
import { silentLog } from '../../src/base/log';
import { ComputerStore } from '../../src/computers/computerStore';
import { answeredComputer } from '../unit/support/computers';

/** Milliseconds of a poll, from the text of the answer to the last listener. */
export interface PollCost {
  readonly computers: number;
  readonly median: number;
  readonly best: number;
  /** The part that just parses the JSON, at best. */
  readonly parse: number;
}

/** Answers requests at once, with a fixed text. */
class AnsweredHttp extends Http {
  text = '';

  override json<S extends v.GenericSchema>(schema: S): Promise<v.InferOutput<S>> {
    return Promise.resolve(readAs(schema, JSON.parse(this.text)));
  }
}

/** Measures polls of a number of computers, one of which changes each time. */
export async function measurePoll(computers: number, rounds = 200): Promise<PollCost> {
  const http = new AnsweredHttp(silentLog);
  const client = new CelestoClient(http, () => Promise.resolve({ baseUrl: '', apiKey: 'key' }));
  const cache = { read: () => [], write: () => undefined };
  const store = new ComputerStore(client, systemClock, cache, silentLog);
  let events = 0;
  store.onDidChange(() => (events += 1));

  const answers = ['running', 'stopping'].map((status) => answerWith(computers, status));
  const polls: number[] = [];
  const parses: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    http.text = answers[round % 2] ?? '';
    polls.push(await timed(() => store.refresh()));
    parses.push(await timed(() => JSON.parse(http.text) as unknown));
  }
  if (events !== rounds) throw new Error(`${events} events for ${rounds} polls`);
  return { computers, median: quantile(polls, 0.5), best: quantile(polls, 0), parse: quantile(parses, 0) };
}

function answerWith(count: number, statusOfOne: string): string {
  const computers = Array.from({ length: count }, (_, i) =>
    answeredComputer({
      id: `cmp_${i}`,
      name: `einstein-${i}`,
      status: i === count / 2 ? statusOfOne : 'running',
    }),
  );
  return JSON.stringify({ computers, count });
}

async function timed(work: () => unknown): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

/** Leaves out the first quarter, in which the code is not compiled yet. */
function quantile(times: readonly number[], share: number): number {
  const warm = times.slice(times.length / 4).sort((a, b) => a - b);
  return warm[Math.floor(warm.length * share)] ?? NaN;
}

async function main(): Promise<void> {
  for (const computers of [200, 1_000, 10_000]) {
    const { median, best, parse } = await measurePoll(computers, computers > 1_000 ? 40 : 200);
    const ms = (value: number): string => `${value.toFixed(2)} ms`;
    console.log(
      `${computers} computers, one change: median ${ms(median)}, best ${ms(best)}, parsing alone ${ms(parse)}`,
    );
  }
}

if (require.main === module) void main();
