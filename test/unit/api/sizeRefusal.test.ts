import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError, type ApiErrorFacts } from '../../../src/api/apiErrors';
import type { RefusalCode } from '../../../src/api/refusals';
import { isSizeRefusal } from '../../../src/api/sizeRefusal';

const refused = (facts: ApiErrorFacts): boolean => isSizeRefusal(new ApiError('validation', facts));
const coded = (code: RefusalCode, facts: ApiErrorFacts = {}): boolean =>
  refused({ status: 403, refusal: { code }, ...facts });

describe('a refusal for a size', () => {
  it('is known by its code', () => {
    assert.equal(coded('trial_micro_only'), true);
    assert.equal(coded('promotional_size_not_allowed'), true);
  });

  it('is known by a status and words about sizes', () => {
    for (const status of [400, 402, 403, 409, 422])
      assert.equal(refused({ status, detail: 'There is no size gigantic.' }), true, String(status));
    for (const detail of [
      'A size is required.',
      'size required',
      '2 vCPU with 2048 MB is not offered.',
      'Validation error: ram_mb Input should be less',
      'Validation error: size_id Field required',
      'Not enough memory for this template.',
    ])
      assert.equal(refused({ status: 422, detail }), true, detail);
  });

  it('is none with another status, other words or none', () => {
    for (const status of [401, 404, 429, 500, 503])
      assert.equal(refused({ status, detail: 'There is no size gigantic.' }), false, String(status));
    for (const detail of [
      'Your plan includes 3 computers.',
      'template_id is unknown',
      'Synthesized',
      undefined,
    ])
      assert.equal(refused({ status: 400, detail }), false, detail);
    assert.equal(isSizeRefusal(new Error('size')), false);
  });

  it('is none where a code of the plan says something else', () => {
    assert.equal(coded('trial_expired', { status: 402, detail: 'No size is left.' }), false);
    assert.equal(coded('concurrency_limit_reached', { status: 429 }), false);
  });

  it('is recognized although its words sound like a permission', () => {
    assert.equal(coded('permission_required', { detail: 'You have no permission for the size xl.' }), true);
    assert.equal(coded('account_suspended', { detail: 'This account is suspended.' }), false);
  });
});
