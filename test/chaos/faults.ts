import { setTimeout as sleep } from 'node:timers/promises';
import { isApiError } from '../../src/api/apiErrors';
import type { ChaosEnvironment } from './chaosEnvironment';
import { replaceComputer } from './deletions';
import type { Random } from './random';
import type { SimulatedUser } from './simulatedUser';

/** Makes one thing go wrong for one user. */
type Fault = (environment: ChaosEnvironment, user: SimulatedUser, random: Random) => Promise<void>;

/** All faults; the weights are their shares. */
const faults: readonly [name: string, weight: number, fault: Fault][] = [
  [
    'sessions killed',
    6,
    ({ emulator }, { computer: { id } }) => emulator.control.killSshd({ id, listener: false }),
  ],
  ['connection cut', 6, ({ proxies }, { computer: { name } }) => Promise.resolve(proxies.get(name)?.cut())],
  [
    'connection unresponsive, then checked',
    2,
    ({ proxies }, { computer: { name }, pty }) => {
      proxies.get(name)?.freeze();
      pty.checkConnection();
      return Promise.resolve();
    },
  ],
  [
    'SSH server down',
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
    async ({ emulator }, _user, random) => {
      const answer = { status: 500, body: { detail: 'chaos' } };
      await emulator.control.addFault({ path: '/computers', times: 1 + random.below(4), answer });
    },
  ],
  [
    'service slow',
    2,
    ({ emulator }, _user, random) =>
      emulator.control.addFault({ path: '/computers', times: 2, delay: random.below(1_500) }),
  ],
  [
    'stopped by another client',
    2,
    ({ client, sharedUser: { computer } }) => ignoreApiError(client.stop(computer.id)),
  ],
  [
    'started by another client',
    1,
    ({ client, sharedUser: { computer } }) => ignoreApiError(client.start(computer.id)),
  ],
  ['deleted by another client', 1, (environment, user) => replaceComputer(environment, user)],
  ['host keys changed', 2, ({ emulator }, { computer: { id } }) => emulator.control.replaceHostKeys({ id })],
];

/** Ignores refusals of the service: the computer may be starting or stopping already. */
async function ignoreApiError(call: Promise<unknown>): Promise<void> {
  await call.catch((error: unknown) => {
    if (!isApiError(error)) throw error;
  });
}

/** Names of all faults, each as often as its weight. */
const names = faults.flatMap(([name, weight]) => Array<string>(weight).fill(name));

/** Injects a random fault for a random user. @returns its name, with that of the computer */
export async function injectFault(environment: ChaosEnvironment, random: Random): Promise<string> {
  const name = random.pick(names);
  const user = random.pick(
    environment.users.filter(({ computer }) => computer.name !== environment.sharedName),
  );
  const [, , fault] = faults.find(([other]) => other === name) ?? [];
  await fault?.(environment, user, random);
  return `${name} (${user.computer.name})`;
}
