import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import Mocha from 'mocha';
import * as vscode from 'vscode';
import { namePatternVariable, recordResult, resultsVariable } from '../tools/results';

/**
 * Runs all tests in the order of their file names; VS Code calls it in its extension host.
 * @throws if a test fails; VS Code then exits with an error
 */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 30_000, reporter: 'min' });
  const namePattern = process.env[namePatternVariable];
  if (namePattern !== undefined) mocha.grep(new RegExp(namePattern));
  for (const name of readdirSync(__dirname, { recursive: true, encoding: 'utf8' }).sort())
    if (name.endsWith('.test.js')) mocha.addFile(join(__dirname, name));
  const failures = await new Promise<number>((resolve) => record(mocha.run(resolve)));
  if (failures > 0) throw new Error(`${failures} tests failed.`);
}

/** Records the result of each test for the test runner. */
function record(runner: Mocha.Runner): void {
  const file = process.env[resultsVariable];
  if (file === undefined) throw new Error(`${resultsVariable} does not name a file for the results.`);
  const nameOf = (test: Mocha.Runnable) => `VS Code ${vscode.version} › ${test.titlePath().join(' › ')}`;
  const fail = (test: Mocha.Runnable, error: string) =>
    recordResult(file, { name: nameOf(test), outcome: 'failed', error });
  runner.on('pass', (test) => recordResult(file, { name: nameOf(test), outcome: 'passed' }));
  runner.on('fail', (test, error) => fail(test, inspect(error)));
  runner.on('pending', (test) =>
    fail(test, 'It was skipped. A test that cannot run must fail and give the reason.'),
  );
}
