import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as vscode from 'vscode';
import { until } from '../../harness/until';
import { open, shows } from '../../integration/support/terminals';
import { record } from './record';

/** Of a process, in bytes. */
export interface Memory {
  /** Objects of JavaScript. */
  readonly heap: number;
  /** All of the process that is in memory. */
  readonly rss: number;
}

/** Of the extension host. */
export interface MemorySteps {
  /** Before the extension was wanted. */
  readonly asleep: Memory;
  /** The list is read. */
  readonly list: Memory;
  /** One terminal is at its prompt. */
  readonly one: Memory;
  /** Ten are. */
  readonly ten: Memory;
}

/** Runs in the extension host: opens ten terminals on a computer called einstein. */
export async function run(): Promise<void> {
  const asleep = await memory();
  await vscode.commands.executeCommand('celesto.computers.focus');
  await vscode.commands.executeCommand('celesto.refresh');
  const list = await memory();
  await openTerminals(1);
  const one = await memory();
  await openTerminals(9);
  record({ asleep, list, one, ten: await memory() } satisfies MemorySteps);
}

async function openTerminals(count: number): Promise<void> {
  const terminals: vscode.Terminal[] = [];
  for (let i = 0; i < count; i += 1) terminals.push(await open('einstein'));
  for (const terminal of terminals) await shows(terminal, /\$$/);
}

/** The least of some looks, each after the garbage was collected: what is really held. */
async function memory(): Promise<Memory> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const looks: Memory[] = [];
  await until('some looks', () => {
    collect();
    const { heapUsed, rss } = process.memoryUsage();
    return looks.push({ heap: heapUsed, rss }) >= 20;
  });
  return looks.reduce((least, look) => (look.heap < least.heap ? look : least));
}
