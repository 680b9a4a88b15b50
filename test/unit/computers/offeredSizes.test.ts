import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { offerSizes, preferredSize, type SizePreferences } from '../../../src/computers/offeredSizes';
import { size, sizes } from '../support/sizes';

const browserAgent = { vcpus: 2, ramMb: 8192, diskMb: 20_480 };
const codingAgent = { vcpus: 2, ramMb: 4096, diskMb: 10_240 };
const refusalsOf =
  (...ids: string[]) =>
  (id: string) =>
    ids.includes(id) ? 'Too large.' : undefined;
const none = refusalsOf();
const idsOf = (offered: ReturnType<typeof offerSizes>): string[] => offered.map((each) => each.size.id);

describe('the sizes offered for a template', () => {
  it('begin with the cheapest that is large enough; smaller ones follow', () => {
    const offered = offerSizes(sizes, browserAgent, none);
    assert.deepEqual(idsOf(offered), ['memory', 'large', 'xl', 'micro', 'small', 'standard']);
    assert.deepEqual(
      offered.map(({ fit }) => fit),
      ['own', 'enough', 'enough', 'smaller', 'smaller', 'smaller'],
    );
  });

  it("count one with too small a disk as smaller, unless it is the template's own", () => {
    const small = [size('flat', 4, 8, 1, '0.01'), size('own', 2, 8, 1, '0.05'), size('big', 4, 8, 80, '0.2')];
    const offered = offerSizes(small, browserAgent, none);
    assert.deepEqual(
      offered.map(({ size: { id }, fit }) => `${id} ${fit}`),
      ['own own', 'big enough', 'flat smaller'],
    );
  });

  it('have no own one where the template asks for something between them', () => {
    const offered = offerSizes(sizes, { vcpus: 2, ramMb: 5000, diskMb: 1 }, none);
    assert.deepEqual([offered[0]?.size.id, offered[0]?.fit], ['memory', 'enough']);
  });

  it('end with those that were refused, whatever they cost', () => {
    const offered = offerSizes(sizes, codingAgent, refusalsOf('standard', 'small'));
    assert.deepEqual(idsOf(offered), ['memory', 'large', 'xl', 'micro', 'standard', 'small']);
    assert.equal(offered[4]?.refusal, 'Too large.');
  });

  it('are all large enough where the template is not known, the cheapest first', () => {
    assert.deepEqual(idsOf(offerSizes(sizes, undefined, none))[0], 'micro');
  });
});

describe('the preferred size', () => {
  const preferred = (preferences: Partial<SizePreferences>, ...refused: string[]): string | undefined => {
    const offered = offerSizes(sizes, codingAgent, refusalsOf(...refused));
    const base = { defaultId: '', last: undefined, templateId: 'coding-agent' };
    return preferredSize(offered, { ...base, ...preferences })?.id;
  };
  const last = (sizeId: string, templateId = 'coding-agent') => ({ sizeId, templateId });

  it('is that of the settings, else the last choice, else the first', () => {
    assert.equal(preferred({ defaultId: ' Large ', last: last('xl') }), 'large');
    assert.equal(preferred({ defaultId: 'gigantic', last: last('xl') }), 'xl');
    assert.equal(preferred({ last: last('gone') }), 'standard');
  });

  it('is a smaller one only where it was chosen for the same template', () => {
    assert.equal(preferred({ last: last('micro') }), 'micro');
    assert.equal(preferred({ last: last('micro', 'scratch') }), 'standard');
    assert.equal(preferred({ last: last('xl', 'scratch') }), 'xl');
  });

  it('is none that was refused', () => {
    assert.equal(preferred({ defaultId: 'standard', last: last('large') }, 'standard', 'large'), 'memory');
    assert.equal(preferred({}, ...sizes.map(({ id }) => id)), undefined);
  });
});
