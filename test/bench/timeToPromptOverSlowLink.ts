import { benchTimeToPrompt } from './timeToPrompt';
import { SlowLink } from './slowLink';

/** Runs in a network namespace of its own: reaching a computer over a line with this round trip, in milliseconds. */
async function main(roundTrip: number): Promise<void> {
  const line = await SlowLink.start(roundTrip);
  try {
    await benchTimeToPrompt(`A running computer, over a line with ${roundTrip} ms of round trip`, {
      listenAddress: SlowLink.serverAddress,
      advertiseAddress: SlowLink.clientTarget,
    });
  } finally {
    line.stop();
  }
}

void main(Number(process.argv[2]));
