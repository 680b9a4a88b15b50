import type { EmulatorOptions } from '../emulator/emulator';
import { BenchHarness } from './benchHarness';
import { median, ms, printTable } from './table';

const rounds = 12;

/** From a running computer to its prompt, ours and OpenSSH's by turns in the same run. */
export async function benchTimeToPrompt(
  title: string,
  options: Partial<EmulatorOptions> = {},
): Promise<void> {
  const bed = await BenchHarness.start(options);
  try {
    const computer = await bed.computer();
    const times = {
      ssh: [] as number[],
      first: [] as number[],
      known: [] as number[],
      second: [] as number[],
    };
    // The first rounds warm both up: files in the cache, code compiled.
    await bed.timeToPromptOpenSsh(computer);
    await bed.timeToPrompt(computer);
    for (let round = 0; round < rounds; round += 1) {
      await bed.disconnect(computer);
      times.ssh.push(await bed.timeToPromptOpenSsh(computer));
      times.known.push(await bed.timeToPrompt(computer));
      times.second.push(await bed.timeToPrompt(computer));
      await bed.disconnect(computer);
      bed.knownComputers.forget(computer.id);
      times.first.push(await bed.timeToPrompt(computer));
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
    await bed.stop();
  }
}

/** From a stopped computer to its prompt, and what of it is not the computer's own time to start. */
export async function benchStoppedComputer(): Promise<void> {
  const start = 1_500;
  const bed = await BenchHarness.start({ times: { start, stop: 0 } });
  try {
    const { id } = await bed.computer();
    const signal = new AbortController().signal;
    const times: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      await bed.lifecycle.stop(id, { signal, timeoutMs: 60_000 });
      const begin = performance.now();
      const computer = await bed.lifecycle.ensureRunning(id, { signal, timeoutMs: 60_000 });
      await bed.timeToPrompt(computer);
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
    await bed.stop();
  }
}
