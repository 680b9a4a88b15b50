import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { until } from '../harness/until';
import { ChaosEnvironment } from './chaosEnvironment';
import { deleteElsewhere } from './deletions';
import { injectFault } from './faults';
import { Random } from './random';
import type { SimulatedUser } from './simulatedUser';
import { executedCommands, verify } from './verify';

// Injects one fault after the other into five terminals, each with a running counter and typed commands, then verifies
// that no count and no command was lost or repeated.
// Usage: chaos.ts [--faults N] [--seed N]

const { values } = parseArgs({ options: { faults: { type: 'string' }, seed: { type: 'string' } } });
const faultCount = Number(values.faults ?? 200);
const seed = Number(values.seed ?? 1);
const names = ['einstein', 'curie', 'kepler', 'pauli', 'noether'];
/** Name of the computer that another client starts, stops and, in the end, deletes. */
const sharedName = 'hopper';

const unhandled: unknown[] = [];
process.on('unhandledRejection', (error) => unhandled.push(error));

const isOpen = ({ pty }: SimulatedUser): boolean => pty.state === 'open';

async function main(): Promise<void> {
  const random = new Random(seed);
  const environment = await ChaosEnvironment.create([...names, sharedName], sharedName);
  try {
    await environment.openTerminals();
    await until(
      'all prompts',
      () => environment.users.every(({ text }) => text.trimEnd().endsWith('$')),
      30_000,
    );
    for (const user of environment.users) await user.startCounting();
    await injectFaults(environment, random);
    await recover(environment);
    for (const user of environment.users.filter(({ computer }) => computer.name !== sharedName))
      await verify(environment, user).catch((error: unknown) => failWithText(error, user));
    await deleteElsewhere(environment, environment.sharedUser);
    for (const user of environment.users) user.close();
    // The pool keeps a connection for a while after its last terminal.
    await until('no connection is left', () => environment.connections === 0, 30_000);
  } finally {
    await environment.stop();
  }
  assert.deepEqual(unhandled, []);
  const typed = environment.users.reduce((sum, { echoed }) => sum + echoed.size, 0);
  console.log(
    `${faultCount} faults with seed ${seed}, ${environment.deletions} of them deletions: ${typed} lines arrived once, no count is missing.`,
  );
}

/** Injects faults and types commands by turns. */
async function injectFaults(environment: ChaosEnvironment, random: Random): Promise<void> {
  for (let count = 1; count <= faultCount; count += 1) {
    const fault = await injectFault(environment, random);
    if (values.faults === undefined) console.log(`${count}: ${fault}`);
    for (let turn = random.below(4); turn >= 0; turn -= 1) {
      for (const user of environment.users) {
        user.typeCommand();
        user.pressEnterIfDisconnected();
      }
      await sleep(50 + random.below(250));
      for (const user of environment.users) user.recordEchoes();
    }
  }
}

/** Ends the faults; every terminal must reconnect by itself, or at Enter where it asks for that. */
async function recover(environment: ChaosEnvironment): Promise<void> {
  await environment.emulator.control.clearFaults();
  await until(
    'all terminals to be open',
    () => {
      for (const user of environment.users) if (!isOpen(user)) user.press('\r');
      return environment.users.every(isOpen);
    },
    90_000,
  );
  // An unresponsive connection without traffic is noticed by the next check only.
  for (const user of environment.users) user.pty.checkConnection();
  for (const user of environment.users) {
    const from = user.typed;
    const arrived = async (): Promise<boolean> =>
      (await executedCommands(environment, user)).some((number) => number > from);
    for (let tries = 0; !(await arrived()) && tries < 60; tries += 1) {
      user.pressEnterIfDisconnected();
      user.typeCommand();
      await sleep(1_000);
    }
    assert.ok(
      await arrived(),
      `nothing arrives on ${user.computer.name} any more:\n${user.text.slice(-3_000)}`,
    );
    user.recordEchoes();
  }
}

/** Prints the end of the terminal's text before it throws the error. */
function failWithText(error: unknown, { computer, text }: SimulatedUser): never {
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
