import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { until } from '../harness/until';
import { remove } from './deletion';
import { strike } from './faults';
import { judge, typedLines } from './judgement';
import type { Person } from './person';
import { Random } from './random';
import { World } from './world';

// Five terminals with a running counter and typed lines, and one fault after the other.
// Usage: chaos.ts [--faults N] [--seed N]

const { values } = parseArgs({ options: { faults: { type: 'string' }, seed: { type: 'string' } } });
const faultCount = Number(values.faults ?? 200);
const seed = Number(values.seed ?? 1);
const names = ['einstein', 'curie', 'kepler', 'pauli', 'noether'];
/** The computer that somebody else stops now and then, and deletes in the end. */
const unlucky = 'hopper';

const unhandled: unknown[] = [];
process.on('unhandledRejection', (error) => unhandled.push(error));

const isOpen = ({ pty }: Person): boolean => pty.state === 'open';

async function main(): Promise<void> {
  const random = new Random(seed);
  const world = await World.make([...names, unlucky], unlucky);
  try {
    await world.populate();
    await until('all prompts', () => world.people.every(({ text }) => text.trimEnd().endsWith('$')), 30_000);
    for (const person of world.people) await person.startCounting();
    await rage(world, random);
    await calm(world);
    for (const person of world.people.filter(({ computer }) => computer.name !== unlucky))
      await judge(world, person).catch((error: unknown) => told(error, person));
    await remove(world, world.unluckyOne);
    for (const person of world.people) person.leave();
    // Connections linger a while behind their last terminal.
    await until('no connection is left', () => world.connections === 0, 30_000);
  } finally {
    await world.end();
  }
  assert.deepEqual(unhandled, []);
  const typed = world.people.reduce((sum, { echoed }) => sum + echoed.size, 0);
  console.log(
    `${faultCount} faults with seed ${seed}, ${world.deleted} of them deletions: ${typed} lines arrived once, no count is missing.`,
  );
}

/** Faults and typing, in turns. */
async function rage(world: World, random: Random): Promise<void> {
  for (let count = 1; count <= faultCount; count += 1) {
    const what = await strike(world, random);
    if (values.faults === undefined) console.log(`${count}: ${what}`);
    for (let turn = random.below(4); turn >= 0; turn -= 1) {
      for (const person of world.people) {
        person.typeLine();
        person.goOn();
      }
      await sleep(50 + random.below(250));
      for (const person of world.people) person.look();
    }
  }
}

/** Nothing goes wrong any more: every terminal must come back by itself, or at an Enter where it asks for one. */
async function calm(world: World): Promise<void> {
  await world.emulator.control.clearFaults();
  await until(
    'all terminals to be open',
    () => {
      for (const person of world.people) if (!isOpen(person)) person.press('\r');
      return world.people.every(isOpen);
    },
    90_000,
  );
  // A line that went silent while nobody looked is noticed at the next look.
  for (const person of world.people) person.pty.checkConnection();
  for (const person of world.people) {
    const from = person.typed;
    const arrived = async (): Promise<boolean> =>
      (await typedLines(world, person)).some((number) => number > from);
    for (let tries = 0; !(await arrived()) && tries < 60; tries += 1) {
      person.goOn();
      person.typeLine();
      await sleep(1_000);
    }
    assert.ok(
      await arrived(),
      `nothing arrives on ${person.computer.name} any more:\n${person.text.slice(-3_000)}`,
    );
    person.look();
  }
}

/** What stood in the terminal says more than the failure. */
function told(error: unknown, { computer, text }: Person): never {
  console.error(`${computer.name}:\n${text.slice(-3_000)}`);
  throw error;
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
