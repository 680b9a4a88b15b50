import { messageOf } from '../../src/base/errors';
import { failedResult, type LayerOutcome, LayerRun } from './layerRun';
import { type Layer, toolsOf } from './layers';
import { ensureTools, ensureVSCode, missingTools } from './machine.mjs';
import { readSelection, type SelectedLayer, type Selection, SelectionError, usage } from './selection';

/** Runs the layers one after the other. @returns the exit code */
export async function main(args: string[]): Promise<number> {
  try {
    // npm starts scripts in the project's folder and leaves the user's in this variable.
    const run = new TestRun(readSelection(args, process.env.INIT_CWD ?? process.cwd()));
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => run.interrupt());
    return await run.run();
  } catch (error) {
    if (!(error instanceof SelectionError)) throw error;
    console.error(`${error.message}\n\n${usage}`);
    return 2;
  }
}

/** One run of the tests: its layers one after the other, and the count of their results. */
export class TestRun {
  private passed = 0;
  private failed = 0;
  private anyNameMatched = false;
  private current: LayerRun | undefined;
  private toolsProblem = '';
  private interrupted = false;

  constructor(
    private readonly selection: Selection,
    private readonly print = (text: string) => console.log(text),
  ) {}

  async run(): Promise<number> {
    await this.installTools();
    for (const selected of this.selection.layers) if (!this.interrupted) await this.runLayer(selected);
    if (this.interrupted) return 130;
    this.print(`\n${this.passed} passed, ${this.failed} failed`);
    const { namePattern } = this.selection;
    if (namePattern === undefined || this.anyNameMatched) return this.failed === 0 ? 0 : 1;
    this.print(`No test matches '${namePattern}'.`);
    return 1;
  }

  interrupt(): void {
    if (!this.interrupted) this.print('\nInterrupted; ending what was started …');
    this.interrupted = true;
    void this.current?.stop();
  }

  /** All at once, so that the user is asked once; the layers that miss something then fail with the reason. */
  private async installTools(): Promise<void> {
    const { layers, desktop } = this.selection;
    const tools = new Set(layers.flatMap(({ layer }) => toolsOf(layer, desktop)));
    try {
      await ensureTools([...tools], this.print);
    } catch (error) {
      this.toolsProblem = messageOf(error);
    }
  }

  private async runLayer(selected: SelectedLayer): Promise<void> {
    if (process.stdout.isTTY) process.stdout.write(`… ${selected.layer.name}\r`);
    const start = Date.now();
    const unavailable = await selected.layer.prepare?.();
    if (unavailable !== undefined) {
      this.print(`- ${selected.layer.name.padEnd(12)} not run: ${unavailable}`);
      return;
    }
    const outcome = await this.outcomeOf(selected);
    if (!this.interrupted) this.report(selected.layer, outcome, (Date.now() - start) / 1000);
  }

  private async outcomeOf({ layer, files }: SelectedLayer): Promise<LayerOutcome> {
    const { desktop, namePattern } = this.selection;
    try {
      if (missingTools(toolsOf(layer, desktop)).length > 0) throw new Error(this.toolsProblem);
      if (!desktop) await this.installVSCodes(layer);
      this.current = new LayerRun(layer, { desktop, namePattern, files });
      return await this.current.outcome();
    } catch (error) {
      return { results: [failedResult(layer.name, messageOf(error))], output: '' };
    }
  }

  private async installVSCodes({ vscodes = [] }: Layer): Promise<void> {
    for (const name of vscodes) await ensureVSCode(name, this.print);
  }

  private report({ name, folder }: Layer, { results, output }: LayerOutcome, seconds: number): void {
    const failures = results.filter(({ outcome }) => outcome === 'failed');
    this.print(`${summaryOf(name, results.length, failures.length)} ${seconds.toFixed(1)} s`);
    for (const failure of failures) this.print(`\n  ✖ ${failure.name}\n${indented(failure.error ?? '')}`);
    if (failures.length > 0 && output.trim())
      this.print(`\n  Output of ${name}:\n${indented(output.trim())}\n`);
    this.passed += results.length - failures.length;
    this.failed += failures.length;
    if (folder !== undefined && results.length > 0) this.anyNameMatched = true;
  }
}

function summaryOf(layer: string, tests: number, failures: number): string {
  const count = failures > 0 ? `${failures} of ${tests} failed` : tests > 0 ? `${tests} ok` : 'no match';
  const symbol = failures > 0 ? '✖' : tests > 0 ? '✔' : '-';
  return `${symbol} ${layer.padEnd(12)} ${count.padEnd(16)}`;
}

const indented = (text: string): string => text.replace(/^/gm, '    ');
