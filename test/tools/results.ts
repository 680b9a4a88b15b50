import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** What became of one test, whichever runner ran it. */
export interface TestResult {
  /** The full name, its groups first. */
  readonly name: string;
  readonly outcome: 'passed' | 'failed';
  /** What failed, in full. */
  readonly error?: string;
}

/** The variable by which a test process is told the file for its results. */
export const resultsVariable = 'TEST_RESULTS';

/** The variable by which tests in a VS Code are told the pattern of the names of those to run. */
export const namePatternVariable = 'TEST_NAME_PATTERN';

/** Adds a result to a file of results: a line of JSON each, so that a process that dies has told what it had. */
export function recordResult(file: string, result: TestResult): void {
  appendFileSync(file, `${JSON.stringify(result)}\n`);
}

export function readResults(file: string): TestResult[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as TestResult);
}
