import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { serviceAddress } from '../../../src/account/serviceAddress';

const first = 'https://first.example';
const second = 'https://second.example:8443';

describe('the address of the service', () => {
  for (const [setting, environment, source, origin] of [
    [undefined, {}, 'default', 'https://api.celesto.ai'],
    [' ', { CELESTO_BASE_URL: '', CELESTO_API_URL: ' ' }, 'default', 'https://api.celesto.ai'],
    [undefined, { CELESTO_BASE_URL: `${first}/v1` }, 'CELESTO_BASE_URL', first],
    [undefined, { CELESTO_BASE_URL: first }, 'CELESTO_BASE_URL', first],
    [undefined, { CELESTO_API_URL: `${second}/v1/` }, 'CELESTO_API_URL', second],
    [undefined, { CELESTO_API_URL: second }, 'CELESTO_API_URL', second],
    [undefined, { CELESTO_BASE_URL: `${first}/v1`, CELESTO_API_URL: first }, 'CELESTO_BASE_URL', first],
    [`${second}/v1`, { CELESTO_BASE_URL: first }, 'setting', second],
    [second, { CELESTO_BASE_URL: first, CELESTO_API_URL: second }, 'setting', second],
    [second, { CELESTO_BASE_URL: 'nonsense' }, 'setting', second],
  ] as const)
    it(`is that of ${source} for the setting ${setting} and ${JSON.stringify(environment)}`, () => {
      assert.deepEqual(serviceAddress(setting, environment), { source, origin });
    });

  it('is none where two variables disagree, and the message names both hosts and a way out', () => {
    assert.throws(
      () => serviceAddress(undefined, { CELESTO_BASE_URL: first, CELESTO_API_URL: second }),
      /^BaseUrlError: CELESTO_BASE_URL names first\.example, but CELESTO_API_URL names second\.example:8443\. Unset one of them, or set celesto\.baseUrl\.$/,
    );
  });

  for (const value of ['nonsense', 'http://first.example', 'https://ada:secret@first.example'])
    it(`is none where a variable is ${value}, and the message names the variable`, () => {
      assert.throws(
        () => serviceAddress(undefined, { CELESTO_API_URL: value }),
        /CELESTO_API_URL cannot be used\. .*Correct it, or set celesto\.baseUrl\.$/,
      );
    });
});
