import { GatewayShellTransport } from '../../src/terminal/gatewayShellTransport';
import type { Computer } from '../../src/computers/computer';
import type { SshTransportName } from '../../src/ssh/connection/sshTransport';
import type { Session } from '../../src/shell/session';
import { systemClock } from '../../src/base/clock';
import { TcpProxy } from '../ssh/support/tcpProxy';
import { BenchHarness } from './benchHarness';
import { median, ms, printTable } from './table';

const rounds = 5;
const shell = { persistence: 'off', name: 'bench', cwd: '', nonce: undefined } as const;

/** A way to the prompt, and to a number of bytes; both in milliseconds. */
interface Transport {
  readonly name: string;
  prompt(atPrompt?: () => void): Promise<number>;
  flood(bytes: number): Promise<number>;
}

/**
 * What each transport costs beside OpenSSH in the same run: over lines that count round trips, without a delay and with one.
 */
export async function benchTransports(): Promise<void> {
  await compare(0, 200_000_000);
  await compare(100, 20_000_000);
}

async function compare(roundTrip: number, bytes: number): Promise<void> {
  const lines: TcpProxy[] = [];
  const lay = async (endpoint: string): Promise<TcpProxy> => {
    const line = await TcpProxy.to(endpoint, roundTrip / 2);
    lines.push(line);
    return line;
  };
  const bed = await BenchHarness.start({}, async (url) => {
    const line = await lay(`api@${new URL(url).host}`);
    return `http://${line.endpoint('api').slice('api@'.length)}`;
  });
  try {
    const computer = await bed.computer();
    const ssh = (await lay(computer.ssh ?? '')).endpoint('ohm');
    const rows: string[][] = [];
    for (const transport of transportsTo({ ...computer, ssh }, bed)) {
      rows.push([transport.name, ...(await costs(transport, { bed, computer, lines, roundTrip, bytes }))]);
    }
    printTable(
      `Transports to a computer met before, with ${roundTrip} ms of round trip`,
      [
        `median of ${rounds}`,
        'to the prompt',
        'round trips',
        'a second terminal',
        'round trips',
        `${bytes / 1_000_000} MB`,
      ],
      rows,
    );
  } finally {
    for (const line of lines) line.dispose();
    await bed.stop();
  }
}

interface Conditions {
  readonly bed: BenchHarness;
  readonly computer: Computer;
  readonly lines: readonly TcpProxy[];
  readonly roundTrip: number;
  readonly bytes: number;
}

async function costs(transport: Transport, course: Conditions): Promise<string[]> {
  const { bed, computer, bytes } = course;
  // Warms it up, and makes the computer known.
  await transport.prompt();
  const first: Cost[] = [];
  const second: Cost[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await bed.disconnect(computer);
    first.push(await costOf(transport, course));
    second.push(await costOf(transport, course));
  }
  const rate = bytes / 1_000 / (await transport.flood(bytes));
  await bed.disconnect(computer);
  const cells = [first, second].flatMap((all) => [
    ms(median(all.map(({ time }) => time))),
    course.roundTrip > 0 ? String(median(all.map(({ trips }) => trips))) : '',
  ]);
  return [...cells, `${rate.toFixed(1)} MB/s`];
}

interface Cost {
  readonly time: number;
  readonly trips: number;
}

/** A line accepts at once; a real one takes a round trip for the handshake of TCP, which is added. */
async function costOf(transport: Transport, { lines, roundTrip }: Conditions): Promise<Cost> {
  const before = countTraffic(lines);
  let after: TrafficCount | undefined;
  const time = await transport.prompt(() => (after = countTraffic(lines)));
  after ??= countTraffic(lines);
  const connections = after.wires - before.wires;
  return { time: time + connections * roundTrip, trips: after.trips - before.trips + connections };
}

interface TrafficCount {
  readonly wires: number;
  readonly trips: number;
}

function countTraffic(lines: readonly TcpProxy[]): TrafficCount {
  const wires = lines.flatMap((line) => line.proxied);
  return { wires: wires.length, trips: wires.reduce((sum, { depth }) => sum + depth.client, 0) };
}

function transportsTo(computer: Computer, bed: BenchHarness): Transport[] {
  const ours = (name: string, transport: SshTransportName): Transport => ({
    name,
    prompt: (atPrompt) => bed.timeToPrompt(computer, atPrompt, transport),
    flood: (bytes) => bed.timeToTransfer(computer, bytes, transport),
  });
  return [
    {
      name: 'ssh -tt',
      prompt: () => bed.timeToPromptOpenSsh(computer),
      flood: (bytes) => bed.timeToTransferOpenSsh(computer, bytes),
    },
    ours('ours, directly', 'ssh'),
    ours('ours, SSH through the gateway', 'tunnel'),
    {
      name: 'ours, a plain session of the gateway',
      prompt: (atPrompt) => timeInPlainSession(computer, bed, '', (text) => text.includes('$ '), atPrompt),
      flood: (bytes) =>
        timeInPlainSession(
          computer,
          bed,
          `stty raw -echo; head -c ${bytes} /dev/zero; exit\r`,
          (_, all) => all > bytes,
        ),
    },
  ];
}

/** Milliseconds until a plain session has shown what is waited for; the shell ends after it. */
async function timeInPlainSession(
  computer: Computer,
  bed: BenchHarness,
  typed: string,
  done: (text: string, bytes: number) => boolean,
  atThat: () => void = () => undefined,
): Promise<number> {
  const begin = performance.now();
  const request = { size: () => Promise.resolve({ rows: 24, columns: 80 }), env: {}, shell, memory: {} };
  const transport = new GatewayShellTransport(bed.client, systemClock);
  const session: Session = await transport.open(computer, request, {
    signal: new AbortController().signal,
    timeoutMs: 0,
  });
  if (typed) session.write(typed);
  const time = await new Promise<number>((resolve) => {
    let text = '';
    let bytes = 0;
    session.onData((data) => {
      bytes += data.length;
      if (text.length < 10_000) text += Buffer.from(data).toString();
      if (done(text, bytes)) resolve(performance.now() - begin);
    });
  });
  atThat();
  const ended = new Promise((resolve) => session.onEnd(resolve));
  if (typed === '') session.write('exit\r');
  await ended;
  return time;
}
