import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Layer, LayerOptions } from './layers';
import { artifactsFolder } from './paths';
import { ProcessGroup } from './processGroup';
import { markedProcesses, markVariable } from './processMarks';
import { readResults, resultsVariable, type TestResult } from './results';

/** Several times the duration of the longest layer, so that only one that hangs is cut short. */
const timeoutMs = 40 * 60_000;

/** An exit code; undefined for a program that a signal ended. */
type Exit = number | undefined | 'timeout';

export interface LayerOutcome {
  readonly results: readonly TestResult[];
  /** Its standard output and error. */
  readonly output: string;
}

/** One run of a layer. */
export class LayerRun {
  private readonly results: string;
  private readonly log: string;
  private readonly mark: string;
  /** The layer's own folder for temporary files, so that they go even when it is cut short. */
  private readonly temporaryFolder = mkdtempSync(join(tmpdir(), 'celesto-'));
  private readonly processes: ProcessGroup;

  /** Starts the layer's program. */
  constructor(
    private readonly layer: Layer,
    private readonly options: LayerOptions,
  ) {
    const command = layer.command(options);
    const folder = join(artifactsFolder, 'logs');
    mkdirSync(folder, { recursive: true });
    this.log = join(folder, `${layer.name}.log`);
    this.results = join(folder, `${layer.name}.results`);
    for (const file of [this.log, this.results]) rmSync(file, { force: true });
    this.mark = `${layer.name}-${process.pid}-${Date.now()}`;
    // Open to other users, as the system's own is: some tests run a program as one.
    chmodSync(this.temporaryFolder, 0o1777);
    const env = {
      ...process.env,
      TMPDIR: this.temporaryFolder,
      [resultsVariable]: this.results,
      [markVariable]: this.mark,
    };
    this.processes = new ProcessGroup(process.execPath, command, { env, log: this.log });
  }

  /** Waits for its end, and ends processes that it left behind, which is a failure. */
  async outcome(): Promise<LayerOutcome> {
    const exit = await Promise.race([
      this.processes.ended(),
      delay(timeoutMs, 'timeout' as const, { ref: false }),
    ]);
    const leftovers = await this.stop();
    const results = this.resultsAfter(exit);
    const output = readFileSync(this.log, 'utf8');
    return {
      results:
        leftovers.length > 0
          ? [...results, failedResult('nothing stays behind', leftovers.join('\n'))]
          : results,
      output,
    };
  }

  /**
   * Ends it with all that it started.
   * @returns the commands of processes that outlived it by some seconds
   */
  async stop(): Promise<string[]> {
    await this.processes.stop(8000);
    for (let waited = 0; markedProcesses(this.mark).length > 0 && waited < 3000; waited += 100)
      await delay(100);
    const leftovers = markedProcesses(this.mark);
    for (const { pid } of leftovers) kill(pid);
    rmSync(this.temporaryFolder, { recursive: true, force: true, maxRetries: 5 });
    return leftovers.map(({ command }) => command);
  }

  private resultsAfter(exit: Exit): TestResult[] {
    const { name, folder } = this.layer;
    if (folder === undefined)
      return [exit === 0 ? { name, outcome: 'passed' } : failedResult(name, describeExit(exit))];
    const results = readResults(this.results);
    // A name pattern may match in other layers alone.
    if (results.length === 0 && exit === 0 && this.options.namePattern !== undefined) return [];
    if (results.length === 0) return [failedResult(name, `No test ran: ${describeExit(exit)}`)];
    const unexplained = exit !== 0 && results.every(({ outcome }) => outcome === 'passed');
    return unexplained ? [...results, failedResult(name, describeExit(exit))] : results;
  }
}

export function failedResult(name: string, error: string): TestResult {
  return { name, outcome: 'failed', error };
}

function describeExit(exit: Exit): string {
  if (exit === 'timeout') return `not at its end after ${timeoutMs / 60_000} minutes`;
  return exit === undefined ? 'ended by a signal' : `ended with exit code ${exit}`;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
