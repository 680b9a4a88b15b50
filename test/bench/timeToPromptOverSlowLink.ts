import { SlowLink } from './slowLink';
import { benchTimeToPrompt } from './timeToPrompt';

/** Measures the time to a prompt over a slow link; runs in a network namespace of its own. @param roundTrip in ms */
async function main(roundTrip: number): Promise<void> {
  const link = await SlowLink.start(roundTrip);
  try {
    await benchTimeToPrompt(`A running computer, over a link with ${roundTrip} ms of round trip`, {
      listenAddress: SlowLink.serverAddress,
      advertiseAddress: SlowLink.clientTarget,
    });
  } finally {
    link.stop();
  }
}

void main(Number(process.argv[2]));
