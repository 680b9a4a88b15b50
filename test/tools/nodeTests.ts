import { availableParallelism } from 'node:os';
import { run } from 'node:test';
import type { TestEvent } from 'node:test/reporters';
import { inspect, parseArgs } from 'node:util';
import { recordResult, resultsVariable, type TestResult } from './results';

// Runs files of tests with Node's test runner, each in a process of its own, and records the result of each test.
// Usage: nodeTests.ts [--one-by-one] FILE…

const FILE_LIMIT = 5 * 60_000;

type Ended = Extract<TestEvent, { type: 'test:pass' | 'test:fail' }>;

async function runFiles(files: string[], concurrency: number, results: string): Promise<void> {
  /** The test that is being told of, after the groups that it is in. */
  const names: string[] = [];
  for await (const event of run({
    files,
    concurrency,
    timeout: FILE_LIMIT,
  }) as AsyncIterable<TestEvent>) {
    if (event.type === 'test:stdout' || event.type === 'test:stderr')
      process.stdout.write(event.data.message);
    if (event.type === 'test:start') names.splice(event.data.nesting, Infinity, event.data.name);
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    const error = problemOf(event);
    if (error !== undefined) process.exitCode = 1;
    if (error === undefined && event.data.details.type === 'suite') continue;
    if (error !== OF_ITS_TESTS) recordResult(results, resultOf(names, error));
  }
}

/** A group fails when a test in it does; that one is counted. */
const OF_ITS_TESTS = 'subtestsFailed';

function problemOf({ type, data }: Ended): string | undefined {
  if (data.skip !== undefined || data.todo !== undefined)
    return 'It was skipped. A test that cannot run must fail and say why.';
  if (type === 'test:pass') return data.name === data.file ? 'There is no test in this file.' : undefined;
  const { error } = data.details;
  if ('failureType' in error && error.failureType === OF_ITS_TESTS) return OF_ITS_TESTS;
  return inspect('cause' in error ? error.cause : error);
}

function resultOf(names: readonly string[], error: string | undefined): TestResult {
  const name = names.join(' › ');
  return error === undefined ? { name, outcome: 'passed' } : { name, outcome: 'failed', error };
}

const { values, positionals } = parseArgs({
  options: { 'one-by-one': { type: 'boolean', default: false } },
  allowPositionals: true,
});
const results = process.env[resultsVariable];
if (results === undefined) throw new Error(`${resultsVariable} does not name a file for the results.`);
void runFiles(positionals, values['one-by-one'] ? 1 : availableParallelism(), results);
