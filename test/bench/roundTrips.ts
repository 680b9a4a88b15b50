import { TcpProxy } from '../ssh/support/tcpProxy';
import { BenchHarness } from './benchHarness';
import { printTable } from './table';

/** Milliseconds each way: messages sent without waiting for an answer then count as one round trip. */
const delay = 30;

/** Counts the round trips to the prompt in a proxy, for OpenSSH and the extension. */
export async function benchRoundTrips(): Promise<void> {
  const harness = await BenchHarness.start();
  try {
    const direct = await harness.computer();
    // Stores the host key and installs the extension's key, so that no API call is needed below.
    await harness.timeToPrompt(direct);
    await harness.disconnect(direct);
    const proxy = await TcpProxy.to(direct.ssh ?? '', delay);
    const computer = { ...direct, ssh: proxy.endpoint('ohm') };
    await harness.timeToPromptOpenSsh(computer);
    const ssh = proxy.roundTrips;
    let ours = 0;
    await harness.timeToPrompt(computer, () => (ours = proxy.roundTrips));
    const before = proxy.roundTrips;
    let second = 0;
    await harness.timeToPrompt(computer, () => (second = proxy.roundTrips - before));
    await harness.disconnect(computer);
    proxy.dispose();
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
    await harness.stop();
  }
}
