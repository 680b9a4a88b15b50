import { TcpProxy } from '../ssh/support/tcpProxy';
import { BenchHarness } from './benchHarness';
import { printTable } from './table';

/** Milliseconds each way, so that what is sent without waiting is seen to be sent without waiting. */
const delay = 30;

/** How many round trips each way to the prompt costs, counted on the line. */
export async function benchRoundTrips(): Promise<void> {
  const bed = await BenchHarness.start();
  try {
    const direct = await bed.computer();
    // Met before, so that the API has nothing to say any more.
    await bed.timeToPrompt(direct);
    await bed.disconnect(direct);
    const line = await TcpProxy.to(direct.ssh ?? '', delay);
    const computer = { ...direct, ssh: line.endpoint('ohm') };
    await bed.timeToPromptOpenSsh(computer);
    const ssh = line.roundTrips;
    let ours = 0;
    await bed.timeToPrompt(computer, () => (ours = line.roundTrips));
    const before = line.roundTrips;
    let second = 0;
    await bed.timeToPrompt(computer, () => (second = line.roundTrips - before));
    await bed.disconnect(computer);
    line.dispose();
    printTable(
      'Round trips to the prompt',
      ['', '', 'which'],
      [
        ['ssh -tt', String(ssh), ''],
        [
          'ours',
          String(ours),
          'TCP; versions and proposals; key exchange; login; channel; terminal, shell and prompt',
        ],
        ['ours, a second terminal', String(second), 'channel; terminal, shell and prompt'],
      ],
    );
  } finally {
    await bed.stop();
  }
}
