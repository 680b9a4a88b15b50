import { setTimeout as sleep } from 'node:timers/promises';
import { isApiError } from '../../src/api/errors';
import { replace } from './deletion';
import type { Person } from './person';
import type { Random } from './random';
import type { World } from './world';

/** One thing that goes wrong for one person. */
type Fault = (world: World, person: Person, random: Random) => Promise<void>;

/** What can go wrong, and how often beside the others. */
const faults: readonly [name: string, weight: number, fault: Fault][] = [
  [
    'sessions killed',
    6,
    ({ emulator }, { computer: { id } }) => emulator.control.killSshd({ id, listener: false }),
  ],
  ['line cut', 6, ({ lines }, { computer: { name } }) => Promise.resolve(lines.get(name)?.cut())],
  [
    'line silent, then noticed',
    2,
    ({ lines }, { computer: { name }, pty }) => {
      lines.get(name)?.freeze();
      pty.checkConnection();
      return Promise.resolve();
    },
  ],
  [
    'server away',
    3,
    async ({ emulator }, { computer: { id } }, random) => {
      await emulator.control.killSshd({ id });
      await sleep(random.below(1_500));
      await emulator.control.startSshd({ id });
    },
  ],
  [
    'service fails',
    3,
    async ({ emulator }, _person, random) => {
      const answer = { status: 500, body: { detail: 'chaos' } };
      await emulator.control.addFault({ path: '/computers', times: 1 + random.below(4), answer });
    },
  ],
  [
    'service slow',
    2,
    ({ emulator }, _person, random) =>
      emulator.control.addFault({ path: '/computers', times: 2, delay: random.below(1_500) }),
  ],
  ['stopped by somebody else', 2, ({ client, unluckyOne: { computer } }) => inVain(client.stop(computer.id))],
  [
    'started by somebody else',
    1,
    ({ client, unluckyOne: { computer } }) => inVain(client.start(computer.id)),
  ],
  ['deleted by somebody else', 1, (world, person) => replace(world, person)],
  ['host keys changed', 2, ({ emulator }, { computer: { id } }) => emulator.control.replaceHostKeys({ id })],
];

/** A computer may be on its way up or down already. */
async function inVain(call: Promise<unknown>): Promise<void> {
  await call.catch((error: unknown) => {
    if (!isApiError(error)) throw error;
  });
}

/** The names of all faults, as often as they shall come. */
const names = faults.flatMap(([name, weight]) => Array<string>(weight).fill(name));

/** Lets something go wrong. @returns what it was */
export async function strike(world: World, random: Random): Promise<string> {
  const name = random.pick(names);
  const person = random.pick(world.people.filter(({ computer }) => computer.name !== world.unlucky));
  const [, , fault] = faults.find(([known]) => known === name) ?? [];
  await fault?.(world, person, random);
  return `${name} (${person.computer.name})`;
}
