import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError } from '../../../src/api/apiErrors';
import { createIntent } from '../../../src/api/client';
import type { ChangedComputer, Operation } from '../../../src/api/wire';
import { isCancellation } from '../../../src/base/abort';
import { LifecycleError, type LifecycleProblem } from '../../../src/computers/errors';
import { LifecycleHarness } from '../support/lifecycleHarness';
import { parseComputer } from '../support/storeHarness';

const answer = (text: string, operationId = 'op_1'): ChangedComputer => ({
  ...parseComputer(text),
  operation_id: operationId,
});
const underWay: Operation = { status: 'running', error: null, completed_at: null };
const succeeded: Operation = { status: 'succeeded', error: null, completed_at: '2026-03-01T12:00:00Z' };
const failed: Operation = {
  status: 'failed',
  error: 'No host has\nroom.',
  completed_at: '2026-03-01T12:00:00Z',
};

const problem = (expected: LifecycleProblem, message: RegExp) => (error: unknown) =>
  error instanceof LifecycleError && error.problem === expected && message.test(error.message);

/** A computer `a` that is started, whose operation goes so, while its own status says `starting` for long. */
async function startWith(...operations: (Operation | Error)[]): Promise<LifecycleHarness> {
  const harness = await LifecycleHarness.with('a stopped');
  harness.scriptFetches('stopped', 'starting', 'starting', 'starting', 'starting', 'running');
  harness.client.script('start', answer('a starting'));
  harness.client.script('operation', ...operations);
  return harness;
}

describe('an operation that an answer names', () => {
  it('ends the wait for a start as soon as it has failed, with its reason', async () => {
    const harness = await startWith(underWay, failed);
    await assert.rejects(harness.opened(), problem('failed', /did not start: No host has room\.$/));
    assert.deepEqual(harness.client.calls.slice(-2), ['get a', 'operation a op_1']);
    assert.equal(harness.client.count('get'), 3);
  });

  it('leaves the end to the computer when it has succeeded, and is not read again', async () => {
    const harness = await startWith(underWay, succeeded);
    assert.equal((await harness.opened()).status, 'running');
    assert.equal(harness.client.count('operation'), 2);
  });

  for (const kind of ['notFound', 'forbidden'] as const)
    it(`is not read again where the service answers ${kind}`, async () => {
      const harness = await startWith(new ApiError(kind));
      assert.equal((await harness.opened()).status, 'running');
      assert.equal(harness.client.count('operation'), 1);
    });

  it('is read again after a failure that may pass', async () => {
    const harness = await startWith(new ApiError('server', { status: 500 }), failed);
    await assert.rejects(harness.opened(), problem('failed', /No host has room/));
  });

  it('is of a create as well', async () => {
    const harness = await LifecycleHarness.with();
    harness.client.script('create', answer('a creating', 'op_2'));
    await harness.lifecycle.create(createIntent({}), new AbortController().signal);
    harness.scriptFetches('creating');
    harness.client.script('operation', failed);
    await assert.rejects(harness.opened(), problem('failed', /No host has room/));
    assert.deepEqual(harness.client.calls.slice(-1), ['operation a op_2']);
  });

  it('ends the wait for a stop when it has failed', async () => {
    const harness = await LifecycleHarness.with('a running');
    harness.client.script('stop', answer('a stopping'));
    harness.client.script('operation', underWay, failed);
    harness.scriptFetches('stopping');
    const { signal } = new AbortController();
    await assert.rejects(
      harness.timely(harness.lifecycle.stop('a', { signal, timeoutMs: 60_000 })),
      problem('notStopped', /^name of a was not stopped: No host has room\.$/),
    );
  });

  it('can be cancelled while it is read', async () => {
    const harness = await startWith(new Promise<Operation>(() => undefined) as never);
    const attempt = harness.open();
    await harness.clock.advance(1_000);
    attempt.cancel();
    await assert.rejects(attempt.result, isCancellation);
    assert.equal(harness.client.count('operation'), 1);
  });

  it('is not looked for where none is named', async () => {
    const harness = await startWith(failed);
    harness.client.script('start', parseComputer('a starting'));
    assert.equal((await harness.opened()).status, 'running');
    assert.equal(harness.client.count('operation'), 0);
  });
});
