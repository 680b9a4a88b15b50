import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Computer, computerFrom } from '../../../src/computers/computer';
import { knownStatuses } from '../../../src/computers/statusTable';
import { computerItemText } from '../../../src/ui/computerItemText';
import { wire } from '../support/computers';

function computer(facts: Record<string, unknown> = {}): Computer {
  return computerFrom(wire('cmp_1', 'running', { name: 'einstein', ...facts }));
}

const spinner = 'loading~spin';

/** Status, its words, icon, color, context value. */
const appearances: [string, string, string, string, string][] = [
  ['running', 'running', 'vm-running', 'charts.green', 'computer open ports screen stop delete inlineStop'],
  ['creating', 'being created', spinner, 'charts.yellow', 'computer open delete'],
  ['pending', 'waiting for a host', spinner, 'disabledForeground', 'computer open delete'],
  ['starting', 'starting', spinner, 'charts.yellow', 'computer open delete'],
  ['restoring', 'being restored', spinner, 'charts.blue', 'computer open delete'],
  ['stopping', 'stopping', spinner, 'charts.yellow', 'computer open delete'],
  ['deleting', 'being deleted', spinner, 'charts.red', 'computer'],
  ['error', 'needs attention', 'error', 'charts.red', 'computer open start stop delete inlineStart'],
  ['stopped', 'stopped', 'vm-outline', 'disabledForeground', 'computer open start delete inlineStart'],
  ['restorable', 'can be restored', 'history', 'charts.blue', 'computer open restore delete'],
  ['lost', 'lost', 'warning', 'charts.red', 'computer delete'],
  ['deleted', 'deleted', 'trash', 'disabledForeground', 'computer'],
  [
    'in_deep_sleep',
    'in deep sleep',
    'question',
    'disabledForeground',
    'computer open ports screen start stop delete inlineStart',
  ],
];

describe('computerItemText', () => {
  for (const [status, words, icon, color, contextValue] of appearances) {
    it(`describes a computer that is ${status}`, () => {
      assert.deepEqual(computerItemText(computer({ status })), {
        label: 'einstein',
        description: `${words} · coding-agent · 2 CPU, 2 GB`,
        icon,
        color,
        contextValue,
        ariaLabel: `einstein, ${words}, coding-agent, 2 CPU, 2 GB`,
      });
    });
  }

  for (const [origin, mark] of [
    ['github_ci', 'CI runner'],
    ['template_build', 'template build'],
  ] as const)
    it(`marks a ${mark} of the service`, () => {
      const item = computerItemText(computer({ origin }));
      assert.equal(item.description, `${mark} · running · coding-agent · 2 CPU, 2 GB`);
      assert.equal(item.ariaLabel, `einstein, ${mark}, running, coding-agent, 2 CPU, 2 GB`);
    });

  it('warns of a disk that is deleted within five days, in words and by its color', () => {
    const stopped = computer({ status: 'stopped', disk_delete_at: '2026-12-12T12:00:00Z' });
    const day = new Date('2026-12-12T12:00:00Z').toLocaleDateString(undefined, { dateStyle: 'long' });
    const soon = computerItemText(stopped, Date.parse('2026-12-07T12:00:00Z'));
    assert.equal(soon.description, `stopped · disk is kept until ${day} · coding-agent · 2 CPU, 2 GB`);
    assert.equal(soon.ariaLabel, `einstein, stopped, disk is kept until ${day}, coding-agent, 2 CPU, 2 GB`);
    assert.equal(soon.color, 'charts.yellow');
    const early = computerItemText(stopped, Date.parse('2026-12-07T11:59:00Z'));
    assert.deepEqual(
      [early.description, early.color],
      ['stopped · coding-agent · 2 CPU, 2 GB', 'disabledForeground'],
    );
  });

  it('is tested for every known status', () => {
    const tested = appearances.map(([status]) => status).filter((status) => status !== 'in_deep_sleep');
    assert.deepEqual(tested.toSorted(), knownStatuses.toSorted());
  });

  it('puts the last error right after the status for screen readers', () => {
    const item = computerItemText(computer({ status: 'error', last_error: 'no memory left' }));
    assert.equal(item.ariaLabel, 'einstein, needs attention, no memory left, coding-agent, 2 CPU, 2 GB');
  });

  it('has no control or format characters, whatever the service sends', () => {
    const nasty = 'ein\u202estein\u0007\u001b[31m\n\u200bx';
    const item = computerItemText(
      computer({ name: nasty, template_id: nasty, status: 'error', last_error: nasty }),
    );
    for (const text of Object.values(item)) assert.doesNotMatch(String(text), /[\p{Cc}\p{Cf}]/u);
    assert.equal(item.label, 'einstein[31m x');
  });
});
