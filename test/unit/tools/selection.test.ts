import assert from 'node:assert/strict';
import { join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { layers } from '../../tools/layers';
import { projectFolder } from '../../tools/paths';
import { readSelection, SelectionError } from '../../tools/selection';

/** The layers that these arguments select, each with its files. */
function select(args: string, startFolder = projectFolder): Record<string, string[]> {
  const selected = readSelection(args.split(' ').filter(Boolean), startFolder).layers;
  return Object.fromEntries(
    selected.map(({ layer, files }) => [layer.name, files.map((file) => relative(projectFolder, file))]),
  );
}

const reasonAgainst = (args: string) => {
  let reason = '';
  assert.throws(
    () => select(args),
    (error) => {
      reason = (error as Error).message;
      return error instanceof SelectionError;
    },
  );
  return reason;
};

const own = 'test/unit/tools/selection.test.ts';

describe('readSelection', () => {
  it('selects all layers, in their order, with all their files', () => {
    const all = select('');
    assert.deepEqual(
      Object.keys(all),
      layers.map(({ name }) => name),
    );
    for (const { name, folder } of layers) assert.equal(all[name]!.length > 0, folder !== undefined, name);
    assert.ok(all.unit!.includes(own));
  });

  it('selects layers by name, and those whose outcome they use', () => {
    assert.deepEqual(Object.keys(select('--only unit,lint')), ['lint', 'unit']);
    assert.deepEqual(Object.keys(select('--only e2e')), ['package', 'e2e']);
  });

  it('selects a file, with the layer that runs it', () => {
    assert.deepEqual(select(own), { unit: [own] });
    assert.deepEqual(select(join(projectFolder, own)), { unit: [own] });
  });

  it('selects files of several layers', () => {
    const e2e = 'test/e2e/tree.test.ts';
    assert.deepEqual(select(`${e2e} ${own} ${e2e}`), { unit: [own], package: [], e2e: [e2e] });
  });

  it('selects all files of a folder', () => {
    const { unit, ...others } = select('test/unit/tools');
    assert.deepEqual(others, {});
    assert.ok(unit!.includes(own) && unit!.every((file) => file.startsWith('test/unit/tools/')));
    const ofFolders = layers.filter(({ folder }) => folder !== undefined).map(({ name }) => name);
    assert.deepEqual(
      Object.keys(select('test')).filter((name) => name !== 'package'),
      ofFolders,
    );
  });

  it('finds paths from the folder in which the user is, and from the project', () => {
    const folder = join(projectFolder, 'test', 'unit');
    assert.deepEqual(select('tools/selection.test.ts', folder), { unit: [own] });
    assert.deepEqual(select(own, folder), { unit: [own] });
  });

  it('selects with a name pattern the layers whose tests have names', () => {
    assert.deepEqual(Object.keys(select('--name x --only lint,unit')), ['unit']);
    const names = Object.keys(select('--name x'));
    assert.ok(names.includes('unit') && names.includes('e2e') && !names.includes('lint'));
    assert.equal(readSelection(['--name', 'a b', own], projectFolder).namePattern, 'a b');
  });

  for (const [args, reason] of [
    ['test/unit/none.test.ts', /no file or folder 'test\/unit\/none\.test\.ts'/],
    ['test/unit/support/deferred.ts', /No layer runs 'test\/unit\/support\/deferred\.ts'.*test\/unit, /],
    ['test/unit/support', /No layer runs/],
    ['src/extension.ts', /No layer runs/],
    [`${own} package.json`, /No layer runs 'package\.json'/],
    ['--only units', /no layer 'units'/],
    [`--only unit ${own}`, /layers or files, not both/],
    ['--name ( --only unit', /Invalid regular expression/],
    ['--name x --only lint', /tests of lint have no names/],
    ['--names x', /Unknown option '--names'/],
  ] as const) {
    it(`refuses ${args.replace(own, 'a file')}`, () => assert.match(reasonAgainst(args), reason));
  }
});
