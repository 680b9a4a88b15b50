import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Computer, computerFrom } from '../../../../src/computers/computer';
import { groupOf } from '../../../../src/features/tree/grouping';
import { wire } from '../../support/computers';

function computer(facts: Record<string, unknown> = {}): Computer {
  return computerFrom(wire('cmp_1', 'running', { name: 'einstein', ...facts }));
}

describe('groupOf', () => {
  it('groups by status, labeled with its words', () => {
    assert.deepEqual(groupOf(computer({ status: 'error' }), 'state'), {
      key: 'error',
      label: 'needs attention',
    });
  });

  it('groups by the id of the template', () => {
    const group = groupOf(computer({ template_id: 'scratch' }), 'template');
    assert.deepEqual(group, { key: 'scratch', label: 'scratch' });
  });

  it('groups by the image where there is no template', () => {
    const group = groupOf(computer({ template_id: '', image: 'ubuntu' }), 'template');
    assert.deepEqual(group, { key: 'ubuntu', label: 'ubuntu' });
  });
});
