import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { computerFrom } from '../../../../src/computers/computer';
import { ComputerByNameTarget } from '../../../../src/features/run/computerByNameTarget';
import type { RunTarget } from '../../../../src/features/run/runTarget';
import { wire } from '../../support/computers';

describe('a task on a computer that it names', () => {
  it("does not run on one of the service's own machines", async () => {
    const machine = computerFrom(wire('cmp_1', 'running', { name: 'runner', origin: 'github_ci' }));
    const target = new ComputerByNameTarget({
      idOrName: () => 'cmp_1',
      finder: { find: () => Promise.resolve(machine) },
      ensureSignedIn: () => Promise.resolve(),
      targetFor: (): RunTarget => assert.fail('it was used'),
    });
    const request = { command: { line: 'ls', cwd: undefined, env: {} } };
    const options = { signal: new AbortController().signal };
    await assert.rejects(
      target.start(request as never, options as never),
      /Celesto runs runner for itself\. Select a computer of your own\./,
    );
  });
});
