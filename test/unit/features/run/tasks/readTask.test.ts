import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  assertCommand,
  assertSizeFits,
  computerOf,
  readTaskDefinition,
} from '../../../../../src/features/run/tasks/readTask';

const read = (fields: object) => readTaskDefinition({ type: 'celesto', ...fields });
const noDefault = (): string => ' ';

describe('the definition of a task', () => {
  it('has the fields of tasks.json, with variables as text', () => {
    const fields = { computer: 'einstein', command: 'make', cwd: '~/app', env: { JOBS: 4, CI: true } };
    assert.deepEqual(read(fields), {
      computer: 'einstein',
      template: undefined,
      size: undefined,
      command: { line: 'make', cwd: '~/app', env: { JOBS: '4', CI: 'true' } },
    });
  });

  it('ignores fields of a wrong type', () => {
    const fields = { computer: 7, command: ['make'], cwd: null, env: 'CI=1', template: {}, size: 2 };
    assert.deepEqual(read(fields), {
      computer: '',
      template: undefined,
      size: undefined,
      command: { line: '', cwd: undefined, env: {} },
    });
  });

  it('needs a command', () => {
    assert.throws(() => assertCommand(read({ command: ' \n' })), /^Error: This task has no command\./);
    assertCommand(read({ command: 'make' }));
  });

  it('may name a size for a new computer only', () => {
    assert.equal(read({ computer: 'new', size: 'micro' }).size, 'micro');
    assertSizeFits(read({ computer: 'new', size: 'micro' }));
    assertSizeFits(read({ computer: 'einstein' }));
    assert.throws(
      () => assertSizeFits(read({ computer: 'einstein', size: 'micro' })),
      /^Error: "size" is for a new computer only\./,
    );
  });

  it('needs a computer', () => {
    assert.throws(() => computerOf(read({}), noDefault), /^Error: This task names no computer\./);
    assert.equal(computerOf(read({ computer: 'einstein' }), noDefault), 'einstein');
  });

  it('runs on the default computer where there is one', () => {
    const definition = read({ computer: 'default' });
    assert.equal(
      computerOf(definition, () => ' cmp_1 '),
      'cmp_1',
    );
    assert.throws(
      () => computerOf(definition, noDefault),
      /^Error: This workspace has no default computer\./,
    );
  });
});
