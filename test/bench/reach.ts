import type { EmulatorOptions } from '../emulator/emulator';
import { Bed } from './bed';
import { median, ms, printTable } from './table';

const rounds = 12;

/** From a running computer to its prompt, ours and OpenSSH's by turns in the same run. */
export async function benchReach(title: string, options: Partial<EmulatorOptions> = {}): Promise<void> {
  const bed = await Bed.lay(options);
  try {
    const computer = await bed.computer();
    const times = {
      ssh: [] as number[],
      first: [] as number[],
      known: [] as number[],
      second: [] as number[],
    };
    // The first rounds warm both up: files in the cache, code compiled.
    await bed.openSsh(computer);
    await bed.ours(computer);
    for (let round = 0; round < rounds; round += 1) {
      await bed.hangUp(computer);
      times.ssh.push(await bed.openSsh(computer));
      times.known.push(await bed.ours(computer));
      times.second.push(await bed.ours(computer));
      await bed.hangUp(computer);
      bed.known.forget(computer.id);
      times.first.push(await bed.ours(computer));
    }
    const ssh = median(times.ssh);
    const row = (name: string, values: readonly number[]): string[] => {
      const time = median(values);
      return [name, ms(time), `${(time / ssh).toFixed(2)} of ssh -tt`];
    };
    printTable(
      title,
      [`median of ${rounds}`, 'to the prompt', ''],
      [
        ['ssh -tt', ms(ssh), ''],
        row('ours, a computer met before', times.known),
        row('ours, first contact (host keys and our key through the API)', times.first),
        row('ours, a second terminal on the same connection', times.second),
      ],
    );
  } finally {
    await bed.clear();
  }
}

/** From a stopped computer to its prompt, and what of it is not the computer's own time to start. */
export async function benchStopped(): Promise<void> {
  const start = 1_500;
  const bed = await Bed.lay({ times: { start, stop: 0 } });
  try {
    const { id } = await bed.computer();
    const signal = new AbortController().signal;
    const times: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      await bed.lifecycle.stop(id, { signal, timeoutMs: 60_000 });
      const begin = performance.now();
      const computer = await bed.lifecycle.ensureRunning(id, { signal, timeoutMs: 60_000 });
      await bed.ours(computer);
      times.push(performance.now() - begin);
    }
    const time = median(times);
    printTable(
      'A stopped computer',
      ['median of 10', '', 'goal'],
      [
        ['from the click to the prompt', ms(time), ''],
        ["of which the service's own start", ms(start), ''],
        ['the rest', ms(time - start), 'at most 600 ms'],
      ],
    );
  } finally {
    await bed.clear();
  }
}
