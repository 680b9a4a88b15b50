import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Import, importsOf, read, readJson, sources } from './support/sources';

interface Layer {
  readonly name: string;
  /** The runtime: plain Node, or the extension host alone. */
  readonly runs: 'node' | 'vscode';
  /** True where its folders may not import each other. */
  readonly isolatedFolders?: boolean;
}

const { layers, loadedOnDemand } = readJson('src/architecture.json') as {
  layers: readonly Layer[];
  loadedOnDemand: readonly string[];
};
const entryPoint = 'src/extension.ts';

const imports = sources.flatMap(importsOf);
const level = (path: string): number => layers.findIndex(({ name }) => name === path.split('/')[1]);
const layerOf = (path: string): Layer | undefined => layers[level(path)];
const folderOf = (path: string): string => path.split('/').slice(0, 3).join('/');
const shown = ({ from, to }: Import): string => `${from} → ${to}`;

describe('the architecture', () => {
  it('has a layer for every file but the entry point', () => {
    const outside = sources.map(({ path }) => path).filter((path) => layerOf(path) === undefined);
    assert.deepEqual(outside, [entryPoint]);
  });

  it('has no import that points up', () => {
    const wrong = imports.filter(
      ({ from, to, isPackage }) => !isPackage && from !== entryPoint && level(to) > level(from),
    );
    assert.deepEqual(wrong.map(shown), []);
    assert.ok(imports.length > 100);
  });

  it('has features that do not import each other', () => {
    const wrong = imports.filter(({ from, to, isPackage }) => {
      if (isPackage || !layerOf(from)?.isolatedFolders || layerOf(from) !== layerOf(to)) return false;
      return folderOf(from) !== folderOf(to);
    });
    assert.deepEqual(wrong.map(shown), []);
  });

  it('has no circle, type-only imports included', () => {
    const graph = new Map(sources.map(({ path }) => [path, [] as string[]]));
    for (const { from, to, isPackage } of imports) if (!isPackage) graph.get(from)?.push(to);
    assert.equal(circleIn(graph), undefined);
  });

  it('runs in plain Node below the terminal', () => {
    const wrong = imports.filter(({ from, to }) => to === 'vscode' && layerOf(from)?.runs === 'node');
    assert.deepEqual(wrong.map(shown), []);
  });

  for (const library of loadedOnDemand) {
    it(`loads ${library} in one place, when it is asked for`, () => {
      const loading = imports.filter(({ to, typeOnly }) => to.split('/')[0] === library && !typeOnly);
      assert.ok(loading.length <= 1, loading.map(shown).join());
      assert.ok(loading.every(({ dynamic }) => dynamic));
    });
  }

  it('has a composition root of less than 120 lines', () => {
    const lines = read(entryPoint).trimEnd().split('\n').length;
    assert.ok(lines < 120, `${lines} lines`);
  });
});

/** The files along a circle of imports, if there is one. */
function circleIn(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): string[] | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of graph.get(file) ?? []) {
      const circle = visit(next, [...way, file]);
      if (circle) return circle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const circle = visit(file, []);
    if (circle) return circle;
  }
  return undefined;
}
