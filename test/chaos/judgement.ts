import assert from 'node:assert/strict';
import type { Person } from './person';
import type { World } from './world';

/**
 * On the computer no count is missing or doubled, each line arrived once at most, and each that was echoed did.
 * @throws AssertionError
 */
export async function judge(world: World, person: Person): Promise<void> {
  const { id, name } = person.computer;
  assert.equal(person.closed, false, `the terminal of ${name} is closed`);
  const counts = (await world.run(id, 'cat ~/counter')).trim().split('\n').map(Number);
  assert.deepEqual(
    counts,
    counts.map((_, index) => index + 1),
    `counter of ${name}`,
  );
  assert.ok(counts.length > 10, `${name} counted to ${counts.length}`);
  const lines = await typedLines(world, person);
  assert.deepEqual(lines, [...new Set(lines)], `lines on ${name}`);
  const missing = [...person.echoed].filter((number) => !lines.includes(number));
  assert.deepEqual(missing, [], `lines of ${name} that were echoed`);
}

/** The numbers of the lines that a person has typed there. */
export async function typedLines(world: World, { computer: { id } }: Person): Promise<number[]> {
  const text = await world.run(id, 'cat ~/typed 2>/dev/null || true');
  return [...text.matchAll(/line-(\d+)-/g)].map(([, number]) => Number(number));
}
