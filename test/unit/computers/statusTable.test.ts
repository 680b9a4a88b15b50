import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { knownStatuses, statusOf } from '../../../src/computers/statusTable';

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

function kindOf(status: string): string {
  const { isChanging, isUnknown } = statusOf(status);
  assert.ok(!(isChanging && isUnknown));
  if (isUnknown) return 'unknown';
  return isChanging ? 'changing' : 'settled';
}

/** Names of the facts beginning with `is`, `needs` and `awaits` that hold, without those that `kindOf` covers. */
function statesOf(status: string): string {
  return Object.entries(statusOf(status))
    .filter(([name, value]) => /^(is(?!Changing|Unknown)|needs|awaits)/.test(name) && value === true)
    .map(([name]) => name)
    .sort()
    .join(' ');
}

describe('the status table', () => {
  for (const [status, ...expected] of rows) {
    it(`holds the facts of the status ${status}`, () => {
      const { icon, color, open } = statusOf(status);
      assert.deepEqual([kindOf(status), icon, color, open, allowed(status)], expected);
    });
  }

  it('states of each status what it is', () => {
    assert.deepEqual(Object.fromEntries(rows.map(([status]) => [status, statesOf(status)])), {
      creating: '',
      running: 'isRunning',
      stopping: 'isStopping',
      stopped: 'isStopped',
      starting: 'isStarting',
      restoring: 'awaitsRestore',
      restorable: 'awaitsRestore',
      deleting: 'isGone',
      deleted: 'isDeleted isGone',
      error: 'needsAttention',
      lost: 'isLost',
      pending: '',
      hibernating: '',
    });
  });

  it('is tested here in full', () => {
    const known = rows.map(([status]) => status).filter((status) => status !== 'hibernating');
    assert.deepEqual([...knownStatuses].sort(), known.sort());
  });

  it('gives settled statuses icons of different shapes, since not everyone sees colours', () => {
    const settled = rows.filter(([, kind]) => kind !== 'changing').map(([, , icon]) => icon);
    assert.equal(new Set(settled).size, settled.length);
  });

  it('gives each status a label of its own', () => {
    const words = rows.map(([status]) => statusOf(status).label());
    assert.equal(new Set(words).size, words.length);
    for (const word of words) assert.match(word, /^[a-z ]+$/);
  });

  it('sorts running first, then changing, then error', () => {
    const sorted = [...knownStatuses].sort((a, b) => statusOf(a).sortOrder - statusOf(b).sortOrder);
    assert.equal(sorted[0], 'running');
    assert.equal(sorted.at(-1), 'deleted');
    const lastChanging = Math.max(...sorted.map((status, i) => (statusOf(status).isChanging ? i : 0)));
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
    it(`is tolerated: "${status}"`, () => {
      const facts = statusOf(status);
      assert.deepEqual(
        [kindOf(status), facts.icon, facts.open, facts.label()],
        ['unknown', 'question', 'try', words],
      );
    });
  }
});
