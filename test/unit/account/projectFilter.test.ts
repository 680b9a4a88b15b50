import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProjectFilter } from '../../../src/account/projectFilter';

describe('the project that is listed', () => {
  it('is remembered for each owner of the list', async () => {
    const values = new Map<string, unknown>();
    const memory = {
      keys: () => [...values.keys()],
      get: (key: string) => values.get(key) as never,
      update: (key: string, value: unknown) => Promise.resolve(void values.set(key, value)),
    };
    const account = { owner: 'https://api.celesto.ai org_1' };
    const filter = new ProjectFilter(memory, account);
    let changes = 0;
    filter.onDidChange(() => (changes += 1));
    assert.equal(filter.current, undefined);
    await filter.set({ id: 'prj_1', name: 'Web' });
    assert.deepEqual(new ProjectFilter(memory, account).current, { id: 'prj_1', name: 'Web' });
    assert.equal(new ProjectFilter(memory, { owner: 'https://api.celesto.ai org_2' }).current, undefined);
    await filter.set(undefined);
    assert.equal(filter.current, undefined);
    assert.equal(changes, 2);
  });
});
