import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as vscode from 'vscode';
import { until } from '../../harness/until';
import { signIn } from '../../integration/support/signIn';
import { open, shows } from '../../integration/support/terminals';
import { record } from './record';

/** Memory of a process, in bytes. */
export interface Memory {
  /** JavaScript objects. */
  readonly heap: number;
  /** Resident set size. */
  readonly rss: number;
}

/** Memory of the extension host after each step. */
export interface MemorySteps {
  /** Before the extension is activated. */
  readonly inactive: Memory;
  /** With the list of computers. */
  readonly list: Memory;
  /** With one terminal at its prompt. */
  readonly one: Memory;
  /** With ten. */
  readonly ten: Memory;
}

/** Runs in the extension host: opens ten terminals on a computer called einstein. */
export async function run(): Promise<void> {
  const inactive = await memory();
  await vscode.commands.executeCommand('celesto.computers.focus');
  await signIn();
  await vscode.commands.executeCommand('celesto.refresh');
  const list = await memory();
  await openTerminals(1);
  const one = await memory();
  await openTerminals(9);
  record({ inactive, list, one, ten: await memory() } satisfies MemorySteps);
}

async function openTerminals(count: number): Promise<void> {
  const terminals: vscode.Terminal[] = [];
  for (let i = 0; i < count; i += 1) terminals.push(await open('einstein'));
  for (const terminal of terminals) await shows(terminal, /\$$/);
}

/** @returns the least of 20 samples, each after a garbage collection */
async function memory(): Promise<Memory> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const samples: Memory[] = [];
  await until('20 samples', () => {
    collect();
    const { heapUsed, rss } = process.memoryUsage();
    return samples.push({ heap: heapUsed, rss }) >= 20;
  });
  return samples.reduce((least, sample) => (sample.heap < least.heap ? sample : least));
}
