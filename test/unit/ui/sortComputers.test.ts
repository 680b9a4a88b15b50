import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Computer, computerFrom } from '../../../src/computers/computer';
import { sortComputers } from '../../../src/ui/sortComputers';
import { wire } from '../support/computers';

describe('sortComputers', () => {
  const named = (name: string, status: string, id = name): Computer =>
    computerFrom(wire(id, status, { name }));

  it('sorts by status, then by name with numbers by value', () => {
    const mixed = [
      named('node-10', 'running'),
      named('b', 'stopped'),
      named('node-2', 'running'),
      named('a', 'lost'),
      named('z', 'starting'),
      named('A', 'stopped'),
      named('q', 'hibernating'),
      named('e', 'error'),
      named('r', 'restorable'),
    ];
    assert.deepEqual(
      sortComputers(mixed).map(({ name }) => name),
      ['node-2', 'node-10', 'z', 'e', 'A', 'b', 'r', 'a', 'q'],
    );
  });

  it('sorts computers of the same name by id', () => {
    const twins = [named('twin', 'running', 'cmp_2'), named('twin', 'running', 'cmp_1')];
    const order = ['cmp_1', 'cmp_2'];
    assert.deepEqual(
      sortComputers(twins).map(({ id }) => id),
      order,
    );
    assert.deepEqual(
      sortComputers(twins.toReversed()).map(({ id }) => id),
      order,
    );
  });

  it("puts the service's own machines last, in whatever state", () => {
    const made = (name: string, status: string, origin: string | null): Computer =>
      computerFrom(wire(name, status, { name, origin }));
    const mixed = [
      made('runner', 'running', 'github_ci'),
      made('build', 'creating', 'template_build'),
      made('mine', 'stopped', 'ui'),
      made('older', 'lost', null),
    ];
    assert.deepEqual(
      sortComputers(mixed).map(({ name }) => name),
      ['mine', 'older', 'runner', 'build'],
    );
  });

  it('leaves the given list unchanged', () => {
    const given = [named('b', 'running'), named('a', 'running')];
    sortComputers(given);
    assert.deepEqual(
      given.map(({ name }) => name),
      ['b', 'a'],
    );
  });
});
