import type { Seed } from '../emulator/computer';
import { type Emulator, startEmulator } from '../emulator/emulator';
import { isFree } from '../emulator/ports';

/** Computers of a new folder: one to open at once, one to start first, one that explains itself. */
const seed: Seed[] = [
  { name: 'einstein', status: 'running', template: 'coding-agent' },
  { name: 'curie', status: 'stopped' },
  { name: 'bohr', status: 'error', lastError: 'The host ran out of memory while the computer booted.' },
];

/**
 * Starts the emulator with a few computers, to try the extension with.
 * @param dir keeps the computers and the API key between runs
 * @param port preferred, so that the address stays the same from run to run; another one where it is taken
 */
export async function startTrialService(dir: string, port: number): Promise<Emulator> {
  return startEmulator({
    dir,
    ...((await isFree('127.0.0.1', port)) ? { port } : {}),
    seed,
    log: (line) => console.log(line),
  });
}

/** Environment variables with which the extension's sign-in offers the emulator's key. */
export function signInEnvironment({
  url,
  apiKey,
}: Emulator): Record<'CELESTO_BASE_URL' | 'CELESTO_API_KEY', string> {
  return { CELESTO_BASE_URL: url, CELESTO_API_KEY: apiKey };
}
