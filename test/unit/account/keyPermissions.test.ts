import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type KeySource, type Permission, permissionFor } from '../../../src/account/keyPermissions';
import type { AddressSource } from '../../../src/account/serviceAddress';

const addressSources: readonly AddressSource[] = [
  ...(['default', 'setting', 'CELESTO_BASE_URL', 'CELESTO_API_URL', 'cli', 'legacyCli'] as const),
];

/** For each source of a key: what is right for {@link addressSources}, in their order. */
const expected: Readonly<Record<KeySource, string>> = {
  pasted: 'sends sends asks asks refuses refuses',
  stored: 'sends sends sends sends refuses refuses',
  environment: 'asks asks asks asks refuses refuses',
  cli: 'refuses asks refuses refuses asks refuses',
  legacyCli: 'refuses asks refuses refuses refuses asks',
};

const pairs = Object.entries(expected).flatMap(([source, row]) =>
  row.split(' ').map((permission, column) => ({
    source: source as KeySource,
    to: addressSources[column]!,
    permission: permission as Permission,
  })),
);

describe('a key', () => {
  it('has a rule for each of thirty pairs', () => assert.equal(pairs.length, 30));

  for (const { source, to, permission } of pairs) {
    const address = { source: to, origin: 'https://celesto.example' };

    it(`${source}, to the address of ${to}: ${permission}`, () => {
      assert.equal(permissionFor({ source, origin: address.origin }, address), permission);
      assert.equal(permissionFor({ source }, address), permission);
    });

    it(`${source}, to the address of ${to}, never goes where it did not come with`, () => {
      assert.equal(permissionFor({ source, origin: 'https://elsewhere.example' }, address), 'refuses');
    });
  }
});
