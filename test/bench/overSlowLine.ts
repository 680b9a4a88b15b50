import { benchReach } from './reach';
import { SlowLine } from './slowLine';

/** Runs in a network namespace of its own: reaching a computer over a line with this round trip, in milliseconds. */
async function main(roundTrip: number): Promise<void> {
  const line = await SlowLine.lay(roundTrip);
  try {
    await benchReach(`A running computer, over a line with ${roundTrip} ms of round trip`, {
      listenAddress: SlowLine.near,
      advertiseAddress: SlowLine.far,
    });
  } finally {
    line.takeAway();
  }
}

void main(Number(process.argv[2]));
