import assert from 'node:assert/strict';
import { until } from '../harness/until';
import type { ChaosEnvironment } from './chaosEnvironment';
import { retryServerErrors } from './retryServerErrors';
import type { SimulatedUser } from './simulatedUser';
import { verify } from './verify';

/** Deletes a computer by another client; its terminal must report that and close at Ctrl+C. */
export async function deleteElsewhere(environment: ChaosEnvironment, user: SimulatedUser): Promise<void> {
  await retryServerErrors(() => environment.client.delete(user.computer.id));
  const isReported = (): boolean => {
    const reported =
      user.pty.state === 'disconnected' && user.text.trimEnd().slice(-500).includes('deleted.');
    if (!reported) user.pressEnterIfDisconnected();
    return reported;
  };
  await until(
    () => `the deletion of ${user.computer.name} to be reported in\n${user.text.slice(-1_000)}`,
    isReported,
    60_000,
  );
  user.press('\x03');
  assert.ok(user.closed, `the terminal of ${user.computer.name} stays open`);
  environment.users.splice(environment.users.indexOf(user), 1);
  user.close();
}

/** Verifies a computer, deletes it by another client and opens a terminal on a new one instead. */
export async function replaceComputer(environment: ChaosEnvironment, user: SimulatedUser): Promise<void> {
  user.recordEchoes();
  await until(`no loss on ${user.computer.name}`, () => verify(environment, user).then(() => true));
  await deleteElsewhere(environment, user);
  environment.deletions += 1;
  const name = `planck-${environment.deletions}`;
  await environment.addComputer(name);
  await (await environment.openTerminal(name)).startCounting();
}
