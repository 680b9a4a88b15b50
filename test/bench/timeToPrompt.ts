import type { EmulatorOptions } from '../emulator/emulator';
import { BenchHarness } from './benchHarness';
import { median, ms, printTable } from './table';

const rounds = 12;

/** Measures the time to the prompt of a running computer, for the extension and OpenSSH by turns. */
export async function benchTimeToPrompt(
  title: string,
  options: Partial<EmulatorOptions> = {},
): Promise<void> {
  const harness = await BenchHarness.start(options);
  try {
    const computer = await harness.computer();
    const times = {
      ssh: [] as number[],
      first: [] as number[],
      knownHost: [] as number[],
      second: [] as number[],
    };
    // Warms up the file cache and the compiled code of both.
    await harness.timeToPromptOpenSsh(computer);
    await harness.timeToPrompt(computer);
    for (let round = 0; round < rounds; round += 1) {
      await harness.disconnect(computer);
      times.ssh.push(await harness.timeToPromptOpenSsh(computer));
      times.knownHost.push(await harness.timeToPrompt(computer));
      times.second.push(await harness.timeToPrompt(computer));
      await harness.disconnect(computer);
      harness.knownComputers.forget(computer.id);
      times.first.push(await harness.timeToPrompt(computer));
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
        row('ours, host key stored', times.knownHost),
        row('ours, first contact (host keys and our key through the API)', times.first),
        row('ours, a second terminal on the same connection', times.second),
      ],
    );
  } finally {
    await harness.stop();
  }
}

/** Measures the time to the prompt of a stopped computer, with and without the service's time to start it. */
export async function benchStoppedComputer(): Promise<void> {
  const start = 1_500;
  const harness = await BenchHarness.start({ times: { start, stop: 0 } });
  try {
    const { id } = await harness.computer();
    const signal = new AbortController().signal;
    const times: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      await harness.lifecycle.stop(id, { signal, timeoutMs: 60_000 });
      const begin = performance.now();
      const computer = await harness.lifecycle.ensureRunning(id, { signal, timeoutMs: 60_000 });
      await harness.timeToPrompt(computer);
      times.push(performance.now() - begin);
    }
    const time = median(times);
    printTable(
      'A stopped computer',
      ['median of 10', '', 'goal'],
      [
        ['from the click to the prompt', ms(time), ''],
        ["of which the service's own start", ms(start), ''],
        ['everything else', ms(time - start), 'at most 600 ms'],
      ],
    );
  } finally {
    await harness.stop();
  }
}
