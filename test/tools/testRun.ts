import { parseArgs } from 'node:util';
import { failedResult, LayerRun, type LayerOutcome } from './layerRun';
import { layers, type Layer } from './layers';
import { ensureTools, ensureVSCode, missingTools } from './machine.mjs';

const USAGE = `npm test [-- --only LAYER,LAYER…] [--desktop]
  --only     run these layers alone: ${layers.map(({ name }) => name).join(', ')}
  --desktop  integration in desktop VS Code, as always on macOS and Windows`;

/** Runs the layers one after the other. @returns the exit code */
export async function main(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (options === undefined) {
    console.error(USAGE);
    return 2;
  }
  return new TestRun(options).run();
}

interface Options {
  readonly chosen: readonly Layer[];
  readonly desktop: boolean;
}

/** @returns undefined when they make no sense */
function readOptions(args: string[]): Options | undefined {
  try {
    const { values } = parseArgs({
      args,
      options: { only: { type: 'string' }, desktop: { type: 'boolean' } },
    });
    const names = values.only?.split(',') ?? layers.map(({ name }) => name);
    if (names.some((name) => !layers.some((layer) => layer.name === name))) return undefined;
    const chosen = layers.filter(({ name }) => names.includes(name) || neededBy(names).includes(name));
    return { chosen, desktop: values.desktop ?? process.platform !== 'linux' };
  } catch {
    return undefined;
  }
}

const neededBy = (names: readonly string[]): string[] =>
  layers.filter(({ name }) => names.includes(name)).flatMap(({ needs = [] }) => needs);

/** One run of the tests: its layers, what has been counted so far, and what runs now. */
class TestRun {
  private passed = 0;
  private failed = 0;
  private current: LayerRun | undefined;
  private toolsProblem = '';
  private interrupted = false;

  constructor(private readonly options: Options) {}

  async run(): Promise<number> {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => this.interrupt());
    await this.installTools();
    for (const layer of this.options.chosen) if (!this.interrupted) await this.runLayer(layer);
    if (this.interrupted) return 130;
    console.log(`\n${this.passed} passed, ${this.failed} failed`);
    return this.failed === 0 ? 0 : 1;
  }

  /** All at once, so that a person is asked once; the layers that miss something then fail with the reason. */
  private async installTools(): Promise<void> {
    const tools = new Set(this.options.chosen.flatMap((layer) => layer.tools ?? []));
    try {
      await ensureTools([...tools], (line) => console.log(line));
    } catch (error) {
      this.toolsProblem = messageOf(error);
    }
  }

  private async runLayer(layer: Layer): Promise<void> {
    if (process.stdout.isTTY) process.stdout.write(`… ${layer.name}\r`);
    const start = Date.now();
    const outcome = await this.outcomeOf(layer);
    if (!this.interrupted) this.report(layer, outcome, (Date.now() - start) / 1000);
  }

  private async outcomeOf(layer: Layer): Promise<LayerOutcome> {
    try {
      if (missingTools(layer.tools ?? []).length > 0) throw new Error(this.toolsProblem);
      if (!this.options.desktop) await installVSCodes(layer);
      this.current = new LayerRun(layer, this.options);
      return await this.current.outcome();
    } catch (error) {
      return { results: [failedResult(layer.name, messageOf(error))], output: '' };
    }
  }

  private report({ name }: Layer, { results, output }: LayerOutcome, seconds: number): void {
    const failures = results.filter(({ outcome }) => outcome === 'failed');
    const count =
      failures.length > 0 ? `${failures.length} of ${results.length} failed` : `${results.length} ok`;
    console.log(
      `${failures.length > 0 ? '✖' : '✔'} ${name.padEnd(12)} ${count.padEnd(16)} ${seconds.toFixed(1)} s`,
    );
    for (const failure of failures) console.log(`\n  ✖ ${failure.name}\n${indented(failure.error ?? '')}`);
    if (failures.length > 0 && output.trim())
      console.log(`\n  Output of ${name}:\n${indented(output.trim())}\n`);
    this.passed += results.length - failures.length;
    this.failed += failures.length;
  }

  private interrupt(): void {
    if (!this.interrupted) console.log('\nInterrupted; ending what was started …');
    this.interrupted = true;
    void this.current?.stop();
  }
}

async function installVSCodes({ vscodes = [] }: Layer): Promise<void> {
  for (const name of vscodes) await ensureVSCode(name, (line) => console.log(line));
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const indented = (text: string): string => text.replace(/^/gm, '    ');
