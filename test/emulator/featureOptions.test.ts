import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { featuresHelp, parseFeature } from './featureOptions';
import { defaultFeatures } from './features';

describe('switches on the command line', () => {
  it('have the types that the control sets', () => {
    assert.deepEqual(parseFeature('contract=2026-06'), ['contract', '2026-06']);
    assert.deepEqual(parseFeature('sizeRequired=true'), ['sizeRequired', true]);
    assert.deepEqual(parseFeature('execStream=null'), ['execStream', null]);
    assert.deepEqual(parseFeature('tokenLife=0'), ['tokenLife', 0]);
    assert.deepEqual(parseFeature('gatewayUrl=ws://host/?a=b'), ['gatewayUrl', 'ws://host/?a=b']);
    assert.deepEqual(parseFeature('templatesWithoutPorts=scratch,coding-agent'), [
      'templatesWithoutPorts',
      ['scratch', 'coding-agent'],
    ]);
  });

  it('are refused with the valid names and values', () => {
    assert.throws(() => parseFeature('sizesRequired=true'), /^Error: --feature sizesRequired: contract, /);
    assert.throws(() => parseFeature('contract=2027-01'), /"2027-01" is none of 2026-10\|2026-06\.$/);
    assert.throws(() => parseFeature('sizeRequired'), /"" is none of true\|false\.$/);
    assert.throws(() => parseFeature('tokenLife=-1'), /"-1" is none of MS\.$/);
  });

  it('are all in the help, with defaults that are values of theirs', () => {
    const lines = featuresHelp().split('\n');
    assert.equal(lines.length, Object.keys(defaultFeatures).length);
    for (const [name, value] of Object.entries(defaultFeatures)) {
      assert.ok(
        lines.some((line) => line.startsWith(`  ${name}=`)),
        name,
      );
      if (name !== 'gatewayUrl') assert.deepEqual(parseFeature(`${name}=${String(value)}`)[1], value);
    }
  });
});
