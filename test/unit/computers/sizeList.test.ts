import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError } from '../../../src/api/apiErrors';
import type { Size } from '../../../src/api/wire';
import { abortable } from '../../../src/base/abort';
import { findSize, readSizes } from '../../../src/computers/sizeList';
import { sizes } from '../support/sizes';

const read = (answer: Promise<Size[]>, limit?: AbortSignal) =>
  readSizes({ sizes: (signal) => abortable(answer, signal!) }, limit);

describe('the sizes of the service', () => {
  it('are listed', async () => {
    assert.deepEqual(await read(Promise.resolve(sizes)), { kind: 'listed', sizes });
  });

  it('do not exist where the call does not, or the list is empty', async () => {
    assert.deepEqual(await read(Promise.resolve([])), { kind: 'none' });
    assert.deepEqual(await read(Promise.reject(new ApiError('notFound'))), { kind: 'none' });
  });

  for (const kind of ['network', 'forbidden', 'server', 'malformed', 'auth'] as const)
    it(`may exist after the error ${kind}`, async () => {
      const error = new ApiError(kind);
      assert.deepEqual(await read(Promise.reject(error)), { kind: 'unreadable', reason: error.message });
    });

  it('are not waited for when the service does not answer', async () => {
    const never = new Promise<Size[]>(() => undefined);
    assert.deepEqual(await read(never, AbortSignal.timeout(1)), {
      kind: 'unreadable',
      reason: 'Celesto did not respond in time.',
    });
  });

  it('are found by their ids in upper or lower case', () => {
    assert.equal(findSize(sizes, ' XL')?.id, 'xl');
    assert.equal(findSize(sizes, ''), undefined);
  });
});
