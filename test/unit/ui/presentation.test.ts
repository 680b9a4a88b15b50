import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { computerFrom, type Computer } from '../../../src/computers/computer';
import { knownStatuses } from '../../../src/computers/status';
import {
  capabilities,
  factsOf,
  matchesFilter,
  groupOf,
  appearanceOf,
  sortComputers,
} from '../../../src/ui/presentation';
import { wire } from '../support/computers';

function computer(facts: Record<string, unknown> = {}): Computer {
  return computerFrom(wire('cmp_1', 'running', { name: 'einstein', ...facts }));
}

const spinner = 'loading~spin';

/** Status, state in words, icon, colour, what can be done. */
const looks: [string, string, string, string, string][] = [
  ['running', 'running', 'vm-running', 'charts.green', 'computer open ports stop delete inlineStop'],
  ['creating', 'being created', spinner, 'charts.yellow', 'computer open delete'],
  ['pending', 'waiting for a place', spinner, 'disabledForeground', 'computer open delete'],
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
    'computer open ports start stop delete inlineStart',
  ],
];

describe('the look of a computer', () => {
  for (const [status, words, icon, color, contextValue] of looks) {
    it(`that is ${status}`, () => {
      assert.deepEqual(appearanceOf(computer({ status })), {
        label: 'einstein',
        description: `${words} · coding-agent · 2 CPU, 2 GB`,
        icon,
        color,
        contextValue,
        spoken: `einstein, ${words}, coding-agent, 2 CPU, 2 GB`,
      });
    });
  }

  it('is known here for every status', () => {
    const told = looks.map(([status]) => status).filter((status) => status !== 'in_deep_sleep');
    assert.deepEqual(told.toSorted(), knownStatuses.toSorted());
  });

  it('speaks of the error right after the state', () => {
    const look = appearanceOf(computer({ status: 'error', last_error: 'no memory left' }));
    assert.equal(look.ariaLabel, 'einstein, needs attention, no memory left, coding-agent, 2 CPU, 2 GB');
  });

  it('has nothing invisible in it, whatever the service sends', () => {
    const nasty = 'ein\u202estein\u0007\u001b[31m\n\u200bx';
    const look = appearanceOf(
      computer({ name: nasty, template_id: nasty, status: 'error', last_error: nasty }),
    );
    for (const text of Object.values(look)) assert.doesNotMatch(String(text), /[\p{Cc}\p{Cf}]/u);
    assert.equal(look.label, 'einstein[31m x');
  });
});

describe('what can be done with a computer', () => {
  it('has a button for start or for stop, never for both', () => {
    for (const status of [...knownStatuses, 'hibernating']) {
      const buttons = capabilities(computer({ status })).filter((word) => word.startsWith('inline'));
      assert.ok(buttons.length <= 1, status);
    }
  });

  it('has no word that is found inside another one', () => {
    const words = capabilities(computer({ status: 'error' }));
    for (const word of words) {
      const found = words.filter((other) => new RegExp(`\\b${word}\\b`).test(other));
      assert.deepEqual(found, [word]);
    }
  });
});

describe('the facts of a computer', () => {
  const date = (text: string): string =>
    new Date(text).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });

  it('are all there', () => {
    const facts = factsOf(
      computer({ status: 'stopped', last_error: 'no memory left', stopped_at: '2026-02-03T11:00:00Z' }),
    );
    assert.deepEqual(facts, [
      ['State', 'stopped'],
      ['Last error', 'no memory left'],
      ['ID', 'cmp_1'],
      ['Template', 'coding-agent'],
      ['Size', '2 CPU, 2 GB'],
      ['Disk', '10 GB'],
      ['Region', 'eu-central'],
      ['Network', 'open'],
      ['Persistent volume', '/home/ohm'],
      ['Created', date('2026-02-01T10:00:00Z')],
      ['Stopped', date('2026-02-03T11:00:00Z')],
    ]);
  });

  it('leave out what is not known', () => {
    const facts = factsOf(
      computer({ compute_location: undefined, network_policy: undefined, external_volume_enabled: false }),
    );
    assert.deepEqual(
      facts.map(([label]) => label),
      ['State', 'ID', 'Template', 'Size', 'Disk', 'Created'],
    );
  });

  it('spell a date that is none as the service does', () => {
    assert.deepEqual(new Map(factsOf(computer({ created_at: 'yesterday' }))).get('Created'), 'yesterday');
  });

  it('say when there is no network', () => {
    const facts = new Map(factsOf(computer({ network_policy: { mode: 'off' } })));
    assert.equal(facts.get('Network'), 'off');
  });
});

describe('the order of the list', () => {
  const named = (name: string, status: string, id = name): Computer =>
    computerFrom(wire(id, status, { name }));

  it('is by state, then by name as people count', () => {
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

  it('is the same every time where names are the same', () => {
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

  it('leaves the given list as it was', () => {
    const given = [named('b', 'running'), named('a', 'running')];
    sortComputers(given);
    assert.deepEqual(
      given.map(({ name }) => name),
      ['b', 'a'],
    );
  });
});

describe('the filter', () => {
  const einstein = computer({ status: 'error' });

  for (const [filter, fit] of [
    ['stein', true],
    ['EINSTEIN', true],
    ['  einstein ', true],
    ['cmp_1', true],
    ['coding', true],
    ['error', true],
    ['needs att', true],
    ['', true],
    ['curie', false],
    ['running', false],
    ['eu-central', false],
    ['.*', false],
  ] as const) {
    it(`"${filter}" ${fit ? 'lets it through' : 'keeps it out'}`, () =>
      assert.equal(matchesFilter(einstein, filter), fit));
  }
});

describe('groups', () => {
  it('by state have the state for a key and its words for a label', () => {
    assert.deepEqual(groupOf(computer({ status: 'error' }), 'state'), {
      key: 'error',
      label: 'needs attention',
    });
  });

  it('by template have the name of the template', () => {
    const group = groupOf(computer({ template_id: 'scratch' }), 'template');
    assert.deepEqual(group, { key: 'scratch', label: 'scratch' });
  });

  it('by template fall back on the image', () => {
    const group = groupOf(computer({ template_id: '', image: 'ubuntu' }), 'template');
    assert.deepEqual(group, { key: 'ubuntu', label: 'ubuntu' });
  });
});
