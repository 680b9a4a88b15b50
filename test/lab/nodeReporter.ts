import type { TestEvent } from 'node:test/reporters';
import { inspect } from 'node:util';
import { recordResult, RESULTS_VARIABLE, type TestResult } from './results';

type Ended = Extract<TestEvent, { type: 'test:pass' | 'test:fail' }>;

/**
 * A reporter for Node's test runner: records each test's result in the file that the environment names, and passes on
 * what the tests print.
 */
export default async function* reporter(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const file = process.env[RESULTS_VARIABLE];
  if (file === undefined) throw new Error(`${RESULTS_VARIABLE} does not name a file for the results.`);
  const names: string[] = [];
  for await (const event of events) {
    if (event.type === 'test:stdout' || event.type === 'test:stderr') yield event.data.message;
    if (event.type === 'test:start') names.splice(event.data.nesting, Infinity, event.data.name);
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    const error = problemOf(event);
    if (error === undefined && event.data.details.type === 'suite') continue;
    if (error !== OF_ITS_TESTS) recordResult(file, resultOf(names, error));
  }
}

/** A group fails when a test in it does; that one is counted. */
const OF_ITS_TESTS = 'subtestsFailed';

function problemOf({ type, data }: Ended): string | undefined {
  if (data.skip !== undefined || data.todo !== undefined)
    return 'It was skipped. A test that cannot run must say why by failing.';
  if (type === 'test:pass') return data.name === data.file ? 'There is no test in this file.' : undefined;
  const { error } = data.details;
  if ('failureType' in error && error.failureType === OF_ITS_TESTS) return OF_ITS_TESTS;
  return inspect('cause' in error ? error.cause : error);
}

function resultOf(names: readonly string[], error: string | undefined): TestResult {
  const name = names.join(' › ');
  return error === undefined ? { name, outcome: 'passed' } : { name, outcome: 'failed', error };
}
