import assert from 'node:assert/strict';
import type { ChaosEnvironment } from './chaosEnvironment';
import type { SimulatedUser } from './simulatedUser';

/**
 * Verifies that on the computer no count is missing or doubled, that each typed command ran at most once, and each that
 * was echoed did run.
 * @throws AssertionError
 */
export async function verify(environment: ChaosEnvironment, user: SimulatedUser): Promise<void> {
  const { id, name } = user.computer;
  assert.equal(user.closed, false, `the terminal of ${name} is closed`);
  const counts = (await environment.run(id, 'cat ~/counter')).trim().split('\n').map(Number);
  assert.deepEqual(
    counts,
    counts.map((_, index) => index + 1),
    `counter of ${name}`,
  );
  assert.ok(counts.length > 10, `${name} counted to ${counts.length}`);
  const executed = await executedCommands(environment, user);
  assert.deepEqual(executed, [...new Set(executed)], `lines on ${name}`);
  const missing = [...user.echoed].filter((number) => !executed.includes(number));
  assert.deepEqual(missing, [], `lines of ${name} that were echoed`);
}

/** The numbers of the user's commands that ran on the computer. */
export async function executedCommands(
  environment: ChaosEnvironment,
  { computer: { id } }: SimulatedUser,
): Promise<number[]> {
  const text = await environment.run(id, 'cat ~/typed 2>/dev/null || true');
  return [...text.matchAll(/line-(\d+)-/g)].map(([, number]) => Number(number));
}
