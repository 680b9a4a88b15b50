import assert from 'node:assert/strict';
import { until } from '../harness/until';
import { judge } from './judgement';
import { patiently } from './patiently';
import type { Person } from './person';
import type { World } from './world';

/** Somebody else deletes a computer: whoever is there is told so, and closes the terminal. */
export async function remove(world: World, person: Person): Promise<void> {
  await patiently(() => world.client.delete(person.computer.id));
  const isTold = (): boolean => {
    const told =
      person.pty.state === 'disconnected' && person.text.trimEnd().slice(-500).includes('deleted.');
    if (!told) person.goOn();
    return told;
  };
  await until(
    () => `the deletion of ${person.computer.name} to be told in\n${person.text.slice(-1_000)}`,
    isTold,
    60_000,
  );
  person.press('\x03');
  assert.ok(person.closed, `the terminal of ${person.computer.name} stays open`);
  world.people.splice(world.people.indexOf(person), 1);
  person.leave();
}

/** The same, on a computer where all was well until then; a new one takes its place. */
export async function replace(world: World, person: Person): Promise<void> {
  person.look();
  await until(`all to be well on ${person.computer.name}`, () => judge(world, person).then(() => true));
  await remove(world, person);
  world.deleted += 1;
  const name = `planck-${world.deleted}`;
  await world.addComputer(name);
  await (await world.settle(name)).startCounting();
}
