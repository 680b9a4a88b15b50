import { systemClock } from '../../src/base/clock';
import type { Computer } from '../../src/computers/computer';
import type { Session } from '../../src/shell/shellSession';
import type { SshTransportName } from '../../src/ssh/connection/sshTransport';
import { GatewayShellTransport } from '../../src/terminal/gatewayShellTransport';
import { TcpProxy } from '../ssh/support/tcpProxy';
import { BenchHarness } from './benchHarness';
import { median, ms, printTable } from './table';

const rounds = 5;
const shell = { persistence: 'off', name: 'bench', cwd: '', nonce: undefined } as const;

/** Measures a transport: the time to a prompt, and to transfer a number of bytes; both in milliseconds. */
interface Transport {
  readonly name: string;
  prompt(atPrompt?: () => void): Promise<number>;
  transfer(bytes: number): Promise<number>;
}

/** Compares each transport with OpenSSH through proxies that count round trips, without a delay and with one. */
export async function benchTransports(): Promise<void> {
  await compare(0, 200_000_000);
  await compare(100, 20_000_000);
}

async function compare(roundTrip: number, bytes: number): Promise<void> {
  const proxies: TcpProxy[] = [];
  const addProxy = async (endpoint: string): Promise<TcpProxy> => {
    const proxy = await TcpProxy.to(endpoint, roundTrip / 2);
    proxies.push(proxy);
    return proxy;
  };
  const harness = await BenchHarness.start({}, async (url) => {
    const proxy = await addProxy(`api@${new URL(url).host}`);
    return `http://${proxy.endpoint('api').slice('api@'.length)}`;
  });
  try {
    const computer = await harness.computer();
    const ssh = (await addProxy(computer.ssh ?? '')).endpoint('ohm');
    const rows: string[][] = [];
    for (const transport of transportsTo({ ...computer, ssh }, harness)) {
      rows.push([
        transport.name,
        ...(await costs(transport, { harness, computer, proxies, roundTrip, bytes })),
      ]);
    }
    printTable(
      `Transports to a computer with a stored host key, with ${roundTrip} ms of round trip`,
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
    for (const proxy of proxies) proxy.dispose();
    await harness.stop();
  }
}

interface Conditions {
  readonly harness: BenchHarness;
  readonly computer: Computer;
  readonly proxies: readonly TcpProxy[];
  readonly roundTrip: number;
  readonly bytes: number;
}

async function costs(transport: Transport, conditions: Conditions): Promise<string[]> {
  const { harness, computer, bytes } = conditions;
  // Warms up the code, stores the host key and installs the extension's key.
  await transport.prompt();
  const first: Cost[] = [];
  const second: Cost[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await harness.disconnect(computer);
    first.push(await costOf(transport, conditions));
    second.push(await costOf(transport, conditions));
  }
  const rate = bytes / 1_000 / (await transport.transfer(bytes));
  await harness.disconnect(computer);
  const cells = [first, second].flatMap((all) => [
    ms(median(all.map(({ time }) => time))),
    conditions.roundTrip > 0 ? String(median(all.map(({ trips }) => trips))) : '',
  ]);
  return [...cells, `${rate.toFixed(1)} MB/s`];
}

interface Cost {
  readonly time: number;
  readonly trips: number;
}

/** Adds one round trip per connection: the proxy accepts at once, where a real link needs one for the TCP handshake. */
async function costOf(transport: Transport, { proxies, roundTrip }: Conditions): Promise<Cost> {
  const before = countTraffic(proxies);
  let after: TrafficCount | undefined;
  const time = await transport.prompt(() => (after = countTraffic(proxies)));
  after ??= countTraffic(proxies);
  const connections = after.connections - before.connections;
  return { time: time + connections * roundTrip, trips: after.trips - before.trips + connections };
}

interface TrafficCount {
  readonly connections: number;
  readonly trips: number;
}

function countTraffic(proxies: readonly TcpProxy[]): TrafficCount {
  const connections = proxies.flatMap((proxy) => proxy.proxied);
  return {
    connections: connections.length,
    trips: connections.reduce((sum, { depth }) => sum + depth.client, 0),
  };
}

function transportsTo(computer: Computer, harness: BenchHarness): Transport[] {
  const ours = (name: string, transport: SshTransportName): Transport => ({
    name,
    prompt: (atPrompt) => harness.timeToPrompt(computer, atPrompt, transport),
    transfer: (bytes) => harness.timeToTransfer(computer, bytes, transport),
  });
  return [
    {
      name: 'ssh -tt',
      prompt: () => harness.timeToPromptOpenSsh(computer),
      transfer: (bytes) => harness.timeToTransferOpenSsh(computer, bytes),
    },
    ours('ours, directly', 'ssh'),
    ours('ours, SSH through the gateway', 'tunnel'),
    {
      name: 'ours, a plain session of the gateway',
      prompt: (atPrompt) =>
        timeInPlainSession(computer, harness, '', (text) => text.includes('$ '), atPrompt),
      transfer: (bytes) =>
        timeInPlainSession(
          computer,
          harness,
          `stty raw -echo; head -c ${bytes} /dev/zero; exit\r`,
          (_, total) => total > bytes,
        ),
    },
  ];
}

/** @returns milliseconds until the output of a plain session meets the condition; then its shell ends */
async function timeInPlainSession(
  computer: Computer,
  harness: BenchHarness,
  typed: string,
  done: (text: string, bytes: number) => boolean,
  atCondition: () => void = () => undefined,
): Promise<number> {
  const begin = performance.now();
  const request = { size: () => Promise.resolve({ rows: 24, columns: 80 }), env: {}, shell, memory: {} };
  const transport = new GatewayShellTransport(harness.client, systemClock);
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
  atCondition();
  const ended = new Promise((resolve) => session.onEnd(resolve));
  if (typed === '') session.write('exit\r');
  await ended;
  return time;
}
