import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** Result of one test, whichever runner ran it. */
export interface TestResult {
  /** The full name, its groups first. */
  readonly name: string;
  readonly outcome: 'passed' | 'failed';
  /** The reason of a failure, in full. */
  readonly error?: string;
}

/** Environment variable that names the file for results. */
export const resultsVariable = 'TEST_RESULTS';

/** Environment variable with the name pattern for tests in a VS Code. */
export const namePatternVariable = 'TEST_NAME_PATTERN';

/** Appends a result as JSON on one line, so that those before a crash are kept. */
export function recordResult(file: string, result: TestResult): void {
  appendFileSync(file, `${JSON.stringify(result)}\n`);
}

export function readResults(file: string): TestResult[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as TestResult);
}
