import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { ApiError } from '../../../src/api/apiErrors';
import type { Memento } from '../../../src/base/memento';
import { SizeMemory } from '../../../src/computers/sizeMemory';

const refusal = (detail: string): ApiError => new ApiError('validation', { status: 400, detail });
const microOnly = new ApiError('planLimit', { status: 403, refusal: { code: 'trial_micro_only' } });

describe('the memory of sizes', () => {
  let owner = 'ada';
  let stored: Map<string, unknown>;
  let memento: Memento;
  /** As another window of the same user has it. */
  const open = (): SizeMemory => new SizeMemory(memento, () => owner);

  beforeEach(() => {
    owner = 'ada';
    stored = new Map();
    memento = {
      get: (key) => stored.get(key),
      // As VS Code stores it.
      update: (key, value) => {
        stored.set(key, value === undefined ? undefined : JSON.parse(JSON.stringify(value)));
        return Promise.resolve();
      },
    };
  });

  it('keeps the reason of a refusal over windows, for this account alone', async () => {
    await open().noteRefused({ size_id: 'large' }, refusal('Too large.'));
    assert.match(open().refusalOf('large') ?? '', /Too large\./);
    assert.equal(open().refusalOf('small'), undefined);
    owner = 'grace';
    assert.equal(open().refusalOf('large'), undefined);
    await open().noteRefused({ size_id: 'small' }, refusal('No.'));
    assert.equal(open().refusalOf('large'), undefined);
  });

  it('forgets refusals when another account is used', async () => {
    await open().noteRefused({ size_id: 'large' }, refusal('Too large.'));
    await open().forgetRefused();
    assert.equal(open().refusalOf('large'), undefined);
  });

  it('marks all but Micro where the trial allows nothing else, also no size at all', async () => {
    await open().noteRefused({ size_id: 'large' }, microOnly);
    for (const id of ['large', 'xl', undefined])
      assert.equal(open().refusalOf(id), 'The trial allows only the size Micro.');
    assert.equal(open().refusalOf('micro'), undefined);
  });

  it('marks the way without a size where a size is required, and nothing for free numbers', async () => {
    await open().noteRefused({ vcpus: 3 }, refusal('3 CPUs are no size.'));
    assert.equal(open().refusalOf(), undefined);
    await open().noteRefused({}, refusal('A size is required.'));
    assert.match(open().refusalOf() ?? '', /A size is required\./);
    assert.equal(open().refusalOf('micro'), undefined);
  });

  it('takes the mark off a size that is chosen again', async () => {
    await open().noteRefused({ size_id: 'large' }, refusal('Too large.'));
    await open().noteRefused({ size_id: 'constructor' }, refusal('No.'));
    await open().noteRefused({}, microOnly);
    await open().noteChosen({ size_id: 'large', template_id: 'scratch' });
    assert.equal(open().refusalOf('large'), undefined);
    assert.equal(open().refusalOf('xl'), undefined);
    assert.match(open().refusalOf('constructor') ?? '', /No\./);
  });

  it('keeps the last choice, and not that of no size', async () => {
    assert.equal(open().last, undefined);
    await open().noteChosen({ size_id: 'large', template_id: 'scratch' });
    await open().noteChosen({ template_id: 'scratch' });
    await open().forgetRefused();
    assert.deepEqual(open().last, { sizeId: 'large', templateId: 'scratch' });
  });
});
