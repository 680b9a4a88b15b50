import * as vscode from 'vscode';
import { until } from '../../harness/until';
import { record } from './record';

/** Milliseconds of the extension's activation, as VS Code itself measures them. */
export interface Activation {
  /** Reading its code, compiling and evaluating it. */
  readonly load: number;
  /** Its `activate()`. */
  readonly call: number;
}

/** Runs in the extension host: activates the extension by a command that does next to nothing. */
export async function run(): Promise<void> {
  await vscode.commands.executeCommand('celesto.clearFilter');
  await vscode.commands.executeCommand('perfview.show');
  record(await until('the measurement', () => measured(vscode.window.activeTextEditor?.document.getText())));
}

/** Reads the row `| extension | eager | load code | call activate | finish activate | …` of 'Startup Performance'. */
function measured(text = ''): Activation | undefined {
  const [, load, call, finish] =
    /celesto\.celesto-computers[^\d\n]*(\d+)[ |]+(\d+)[ |]+(\d+)/.exec(text) ?? [];
  return load === undefined ? undefined : { load: Number(load), call: Number(call) + Number(finish) };
}
