import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeCliHome } from './cliHome';
import { defaultTimes } from './computer';
import { type Emulator, type EmulatorOptions, startEmulator } from './emulator';
import { featuresHelp, parseFeature } from './featureOptions';

const usage = `Celesto on one machine: the REST API, and computers that are real OpenSSH servers.

  --port N              port of the API on 127.0.0.1 (default 8787; 0 = any)
  --dir FOLDER          where computers are kept between runs (default ~/.local/state/celesto-emulator)
  --api-key KEY         the key to accept (default: made once and kept)
  --seed A,B,…          statuses of the computers of a new folder (default running,stopped,error)
  --times NAME=MS,…     create, start, stop, delete, publish, deletedKept, restorePickup, restore
  --isolation KIND      auto, namespaces or plain (default auto)
  --feature NAME=VALUE  a switch of the service; can be repeated
  --help

Switches, which the control call setFeatures sets too, with their defaults:

${featuresHelp()}
`;

const options = {
  port: { type: 'string', default: '8787' },
  dir: { type: 'string' },
  'api-key': { type: 'string' },
  seed: { type: 'string', default: 'running,stopped,error' },
  times: { type: 'string', default: '' },
  isolation: { type: 'string', default: 'auto' },
  feature: { type: 'string', multiple: true },
  help: { type: 'boolean', default: false },
} as const;

/** Parses the command line; undefined when it asks for help. @throws with the problem */
function readOptions(args: string[]): EmulatorOptions | undefined {
  const { values } = parseArgs({ args, options });
  if (values.help) return undefined;
  const state = process.env.XDG_STATE_HOME ?? join(homedir(), '.local', 'state');
  const { isolation } = values;
  if (isolation !== 'auto' && isolation !== 'namespaces' && isolation !== 'plain') {
    throw new Error(`--isolation ${isolation}: auto, namespaces or plain.`);
  }
  const apiKey = values['api-key'];
  return {
    port: wholeNumber('--port', values.port),
    dir: values.dir ?? join(state, 'celesto-emulator'),
    ...(apiKey === undefined ? {} : { apiKey }),
    seed: list(values.seed).map((status) => ({
      status,
      ...(status === 'error' ? { lastError: 'The host ran out of memory while the computer booted.' } : {}),
    })),
    times: Object.fromEntries(list(values.times).map(time)),
    isolation,
    features: Object.fromEntries((values.feature ?? []).map(parseFeature)),
    log: (line) => console.log(line),
  };
}

function time(pair: string): [name: string, ms: number] {
  const [name = '', ms = ''] = pair.split('=');
  if (!(name in defaultTimes)) throw new Error(`--times ${name}: ${Object.keys(defaultTimes).join(', ')}.`);
  return [name, wholeNumber('--times', ms)];
}

function list(text: string): string[] {
  return text.split(',').filter((part) => part !== '');
}

function wholeNumber(option: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`${option}: "${text}" is not a whole number.`);
  return Number(text);
}

/** @param cliHome the home folder for the service's client 0.1 */
function describe({ url, apiKey, isolation, computers }: Emulator, cliHome: string): string {
  const lines = computers.list('org_personal').map(({ name, status, connection }) => {
    return `    ${name.padEnd(12)} ${status.padEnd(10)} ${connection?.ssh ?? ''}`;
  });
  return [
    '',
    `  Celesto emulator at ${url}, computers in ${isolation === 'plain' ? 'plain folders' : 'namespaces'}`,
    ...lines,
    '',
    '  Use it:',
    `    export CELESTO_BASE_URL=${url} CELESTO_API_KEY=${apiKey}`,
    `    curl -H "Authorization: Bearer $CELESTO_API_KEY" $CELESTO_BASE_URL/v1/computers`,
    "  The service's own clients (PyPI: celesto), of both generations:",
    `    CELESTO_BASE_URL=${url}/v1 CELESTO_API_KEY=${apiKey} celesto computer list    # 0.0.14`,
    `    HOME=${cliHome} celesto computer list --cloud    # 0.1`,
    '  Make something go wrong (every call: test/emulator/control.ts):',
    `    curl -H "Authorization: Bearer $CELESTO_API_KEY" -H 'content-type: application/json' \\`,
    `      -d '{"path":"/start$","answer":{"status":500}}' $CELESTO_BASE_URL/_control/addFault`,
    '',
    '  Ctrl+C ends it and every computer; they come back as they are with the next run.',
    '',
  ].join('\n');
}

/** Resolves on the first signal to end. */
function endSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
}

/** Runs the emulator until a signal ends it. @returns the exit code */
export async function main(args: string[]): Promise<number> {
  const end = endSignal();
  try {
    const chosen = readOptions(args);
    if (chosen === undefined) {
      console.log(usage);
      return 0;
    }
    const emulator = await startEmulator(chosen);
    const cliHome = join(chosen.dir, 'cli-home');
    writeCliHome(cliHome, emulator);
    console.log(describe(emulator, cliHome));
    await end;
    await emulator.stop();
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}
