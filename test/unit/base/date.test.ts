import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { parseDate } from '../../../src/base/date';

describe('a date of the service', () => {
  const zone = process.env.TZ;
  // Far from UTC, so that a date taken for local time shows.
  before(() => (process.env.TZ = 'America/Los_Angeles'));
  after(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });

  for (const [text, iso] of [
    ['2026-02-01T10:00:00Z', '2026-02-01T10:00:00.000Z'],
    ['2026-02-01t10:00:00z', '2026-02-01T10:00:00.000Z'],
    ['2026-02-01T10:00:00+00:00', '2026-02-01T10:00:00.000Z'],
    ['2026-02-01T10:00:00+0000', '2026-02-01T10:00:00.000Z'],
    ['2026-02-01T10:00:00+02', '2026-02-01T08:00:00.000Z'],
    ['2026-02-01T10:00:00-07:30', '2026-02-01T17:30:00.000Z'],
    ['2026-02-01T10:00:00', '2026-02-01T10:00:00.000Z'],
    ['2026-02-01 10:00:00', '2026-02-01T10:00:00.000Z'],
    ['2026-02-01 10:00:00 UTC', '2026-02-01T10:00:00.000Z'],
    ['2026-02-01T10:00:00.5', '2026-02-01T10:00:00.500Z'],
    ['2026-02-01T10:00:00.123456', '2026-02-01T10:00:00.123Z'],
    ['2026-02-01T10:00:00.123456789+00:00', '2026-02-01T10:00:00.123Z'],
    ['2026-02-01T10:00:00,999999Z', '2026-02-01T10:00:00.999Z'],
    [' 2026-02-01T10:00Z\n', '2026-02-01T10:00:00.000Z'],
    ['2026-02-01', '2026-02-01T00:00:00.000Z'],
    ['2028-02-29', '2028-02-29T00:00:00.000Z'],
  ] as const)
    it(`is read from ${JSON.stringify(text)}`, () => assert.equal(parseDate(text)?.toISOString(), iso));

  for (const text of [
    '',
    'soon',
    '1770000000',
    '01/02/2026',
    'Sun, 01 Feb 2026 10:00:00 GMT',
    '2026-02-30T10:00:00Z',
    '2026-13-01',
    '2026-02-01T25:00:00Z',
    '2026-02-01T10:61:00Z',
    '2026-02-01T10:00:00+99:00',
    '2026-02-01T10:00:00Z[Europe/Berlin]',
    '2026-02-01T10:00:00 2026-02-02T10:00:00',
  ])
    it(`is not read from ${JSON.stringify(text)}`, () => assert.equal(parseDate(text), undefined));
});
