import { availableParallelism } from 'node:os';
import { run } from 'node:test';
import type { TestEvent } from 'node:test/reporters';
import { inspect, parseArgs } from 'node:util';
import { recordResult, resultsVariable, type TestResult } from './results';

// Runs files of tests with Node's test runner, each in a process of its own, and records the result of each test.
// Usage: nodeTests.ts [--one-by-one] [--name PATTERN] FILE…

const fileTimeoutMs = 5 * 60_000;

type EndEvent = Extract<TestEvent, { type: 'test:pass' | 'test:fail' }>;

interface Options {
  readonly files: string[];
  readonly concurrency: number;
  /** A regular expression that names of tests have to match. */
  readonly namePattern: string | undefined;
  /** The file for the results. */
  readonly results: string;
}

async function runFiles({ files, concurrency, namePattern, results }: Options): Promise<void> {
  /** Names of the current test and, before it, of the groups around it. */
  const names: string[] = [];
  for await (const event of run({
    files,
    concurrency,
    timeout: fileTimeoutMs,
    testNamePatterns: namePattern === undefined ? undefined : [new RegExp(namePattern)],
  }) as AsyncIterable<TestEvent>) {
    if (event.type === 'test:stdout' || event.type === 'test:stderr')
      process.stdout.write(event.data.message);
    if (event.type === 'test:start') names.splice(event.data.nesting, Infinity, event.data.name);
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    if (namePattern !== undefined && isFilteredOut(event)) continue;
    const error = problemOf(event);
    if (error !== undefined) process.exitCode = 1;
    if (error === undefined && event.data.details.type === 'suite') continue;
    if (error !== subtestsFailed) recordResult(results, resultOf(names, error));
  }
}

/** True of tests that a name pattern leaves out: Node 20 skips them for this reason, later ones report their file alone. */
function isFilteredOut({ type, data }: EndEvent): boolean {
  return (
    data.skip === 'test name does not match pattern' || (type === 'test:pass' && data.name === data.file)
  );
}

/** Failure type of a group in which a test failed. Only the test is counted. */
const subtestsFailed = 'subtestsFailed';

function problemOf({ type, data }: EndEvent): string | undefined {
  if (data.skip !== undefined || data.todo !== undefined)
    return 'It was skipped. A test that cannot run must fail and give the reason.';
  if (type === 'test:pass') return data.name === data.file ? 'There is no test in this file.' : undefined;
  const { error } = data.details;
  if ('failureType' in error && error.failureType === subtestsFailed) return subtestsFailed;
  return inspect('cause' in error ? error.cause : error);
}

function resultOf(names: readonly string[], error: string | undefined): TestResult {
  const name = names.join(' › ');
  return error === undefined ? { name, outcome: 'passed' } : { name, outcome: 'failed', error };
}

const { values, positionals } = parseArgs({
  options: { 'one-by-one': { type: 'boolean', default: false }, name: { type: 'string' } },
  allowPositionals: true,
});
const results = process.env[resultsVariable];
if (results === undefined) throw new Error(`${resultsVariable} does not name a file for the results.`);
void runFiles({
  files: positionals,
  concurrency: values['one-by-one'] ? 1 : availableParallelism(),
  namePattern: values.name,
  results,
});
