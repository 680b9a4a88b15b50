import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { knownStatuses, statusOf } from '../../../src/computers/status';

type Row = [status: string, kind: string, icon: string, color: string, open: string, can: string];

const spinner = 'loading~spin';
const grey = 'disabledForeground';

const rows: Row[] = [
  ['creating', 'changing', spinner, 'charts.yellow', 'wait', 'delete'],
  ['running', 'settled', 'vm-running', 'charts.green', 'connect', 'stop delete'],
  ['stopping', 'changing', spinner, 'charts.yellow', 'wait', 'delete'],
  ['stopped', 'settled', 'vm-outline', grey, 'start', 'start delete'],
  ['starting', 'changing', spinner, 'charts.yellow', 'wait', 'delete'],
  ['restoring', 'changing', spinner, 'charts.blue', 'wait', 'delete'],
  ['restorable', 'settled', 'history', 'charts.blue', 'restore', 'delete restore'],
  ['deleting', 'changing', spinner, 'charts.red', 'refuse', ''],
  ['deleted', 'settled', 'trash', grey, 'refuse', ''],
  ['error', 'settled', 'error', 'charts.red', 'offerStart', 'start stop delete'],
  ['lost', 'settled', 'warning', 'charts.red', 'refuse', 'delete'],
  ['pending', 'changing', spinner, grey, 'wait', 'delete'],
  ['hibernating', 'unknown', 'question', grey, 'try', 'start stop delete'],
];

function allowed(status: string): string {
  const { canStart, canStop, canDelete, canRestore } = statusOf(status);
  const can = { start: canStart, stop: canStop, delete: canDelete, restore: canRestore };
  return Object.entries(can)
    .filter(([, yes]) => yes)
    .map(([what]) => what)
    .join(' ');
}

describe('the table of statuses', () => {
  for (const [status, ...expected] of rows) {
    it(status, () => {
      const { kind, icon, color, open } = statusOf(status);
      assert.deepEqual([kind, icon, color, open, allowed(status)], expected);
    });
  }

  it('is known here in full', () => {
    const known = rows.map(([status]) => status).filter((status) => status !== 'hibernating');
    assert.deepEqual([...knownStatuses].sort(), known.sort());
  });

  it('gives settled statuses shapes of their own, for those who see no colours', () => {
    const settled = rows.filter(([, kind]) => kind !== 'changing').map(([, , icon]) => icon);
    assert.equal(new Set(settled).size, settled.length);
  });

  it('says each status in words of its own', () => {
    const words = rows.map(([status]) => statusOf(status).label());
    assert.equal(new Set(words).size, words.length);
    for (const word of words) assert.match(word, /^[a-z ]+$/);
  });

  it('puts what runs first, then what changes, then what needs a look', () => {
    const sorted = [...knownStatuses].sort((a, b) => statusOf(a).sortOrder - statusOf(b).sortOrder);
    assert.equal(sorted[0], 'running');
    assert.equal(sorted.at(-1), 'deleted');
    const lastChanging = Math.max(
      ...sorted.map((status, i) => (statusOf(status).kind === 'changing' ? i : 0)),
    );
    assert.ok(lastChanging < sorted.indexOf('error'));
    assert.ok(sorted.indexOf('error') < sorted.indexOf('stopped'));
  });
});

describe('a status newer than this extension', () => {
  for (const [status, words] of [
    ['moving_house', 'moving house'],
    ['Running', 'Running'],
    ['constructor', 'constructor'],
    ['__proto__', 'proto'],
    ['toString', 'toString'],
    ['', 'unknown'],
    ['_', 'unknown'],
  ] as const) {
    it(`"${status}" is tolerated`, () => {
      const facts = statusOf(status);
      assert.deepEqual(
        [facts.kind, facts.icon, facts.open, facts.label()],
        ['unknown', 'question', 'try', words],
      );
    });
  }
});
