import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Layer, LayerOptions } from './layers';
import { markVariable, markedProcesses } from './processMarks';
import { artifactsFolder } from './paths';
import { ProcessGroup } from './processGroup';
import { readResults, resultsVariable, type TestResult } from './results';

/** Milliseconds: several times what the longest layer takes, so that only one that hangs is cut short. */
const timeoutMs = 40 * 60_000;

export interface LayerOutcome {
  readonly results: readonly TestResult[];
  /** What it printed. */
  readonly output: string;
}

/** One run of a layer. */
export class LayerRun {
  private readonly results: string;
  private readonly log: string;
  private readonly mark: string;
  /** The layer's own folder for temporary files, so that they go even when it is cut short. */
  private readonly temporary = mkdtempSync(join(tmpdir(), 'celesto-'));
  private readonly processes: ProcessGroup;

  /** Starts it. */
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
    chmodSync(this.temporary, 0o1777);
    const env = {
      ...process.env,
      TMPDIR: this.temporary,
      [resultsVariable]: this.results,
      [markVariable]: this.mark,
    };
    this.processes = new ProcessGroup(process.execPath, command, { env, log: this.log });
  }

  /** Waits for its end, and sees to it that nothing of it stays. */
  async outcome(): Promise<LayerOutcome> {
    const ended = await Promise.race([
      this.processes.ended(),
      delay(timeoutMs, 'too long' as const, { ref: false }),
    ]);
    const left = await this.stop();
    const own = this.resultsAfter(ended);
    const output = readFileSync(this.log, 'utf8');
    return {
      results: left.length > 0 ? [...own, failedResult('nothing stays behind', left.join('\n'))] : own,
      output,
    };
  }

  /**
   * Ends it with all that it started.
   * @returns the commands that were still running some seconds after it had ended, or been told to
   */
  async stop(): Promise<string[]> {
    await this.processes.stop(8000);
    for (let waited = 0; markedProcesses(this.mark).length > 0 && waited < 3000; waited += 100)
      await delay(100);
    const left = markedProcesses(this.mark);
    for (const { pid } of left) kill(pid);
    rmSync(this.temporary, { recursive: true, force: true, maxRetries: 5 });
    return left.map(({ command }) => command);
  }

  private resultsAfter(ended: number | undefined | 'too long'): TestResult[] {
    const { name, folder } = this.layer;
    if (folder === undefined)
      return [ended === 0 ? { name, outcome: 'passed' } : failedResult(name, describeExit(ended))];
    const results = readResults(this.results);
    // A name pattern may match in other layers alone.
    if (results.length === 0 && ended === 0 && this.options.namePattern !== undefined) return [];
    if (results.length === 0) return [failedResult(name, `No test ran: ${describeExit(ended)}`)];
    const unexplained = ended !== 0 && results.every(({ outcome }) => outcome === 'passed');
    return unexplained ? [...results, failedResult(name, describeExit(ended))] : results;
  }
}

export function failedResult(name: string, error: string): TestResult {
  return { name, outcome: 'failed', error };
}

function describeExit(ended: number | undefined | 'too long'): string {
  if (ended === 'too long') return `not at its end after ${timeoutMs / 60_000} minutes`;
  return ended === undefined ? 'ended by a signal' : `ended with exit code ${ended}`;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has gone meanwhile.
  }
}
