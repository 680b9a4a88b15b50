import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { importsOf, read, sources, type Import } from './support/sources';

/** What each layer may use besides itself. Every arrow points down. */
const below: Readonly<Record<string, readonly string[]>> = {
  util: [],
  api: ['util'],
  model: ['api', 'util'],
  ssh: ['gateway', 'model', 'api', 'util'],
  gateway: ['model', 'api', 'util'],
  auth: ['model', 'api', 'util'],
  ports: ['ssh', 'gateway', 'model', 'api', 'util'],
  terminal: ['ports', 'ssh', 'gateway', 'model', 'api', 'util'],
  run: ['terminal', 'ports', 'ssh', 'gateway', 'model', 'api', 'util'],
  views: ['run', 'terminal', 'ports', 'auth', 'ssh', 'gateway', 'model', 'api', 'util'],
  agents: ['views', 'run', 'terminal', 'ports', 'auth', 'ssh', 'gateway', 'model', 'api', 'util'],
  commands: ['agents', 'views', 'run', 'terminal', 'ports', 'auth', 'ssh', 'gateway', 'model', 'api', 'util'],
  wiring: [
    ...[
      'commands',
      'agents',
      'views',
      'run',
      'terminal',
      'ports',
      'auth',
      'ssh',
      'gateway',
      'model',
      'api',
      'util',
    ],
  ],
};
/** The layers that run in plain Node. */
const plain = ['api', 'model', 'ssh', 'gateway'];
/** Libraries that are loaded when the first connection needs them, each in one place. */
const onDemand = ['ssh2', 'ssh-config', 'ws'];

const imports = sources.flatMap(importsOf);
const layerOf = (path: string): string => path.split('/')[1] ?? '';
const told = ({ from, to }: Import): string => `${from} → ${to}`;

describe('the house', () => {
  it('is built of known layers, and one file that begins', () => {
    const outside = sources.map(({ path }) => path).filter((path) => !(layerOf(path) in below));
    assert.deepEqual(outside, ['src/extension.ts']);
  });

  it('has no arrow that points up', () => {
    const wrong = imports.filter(({ from, to, isPackage }) => {
      if (isPackage || from === 'src/extension.ts') return false;
      const layer = layerOf(from);
      return layerOf(to) !== layer && !below[layer]?.includes(layerOf(to));
    });
    assert.deepEqual(wrong.map(told), []);
    assert.ok(imports.length > 100);
  });

  it('has no circle, type-only imports included', () => {
    const graph = new Map(sources.map(({ path }) => [path, [] as string[]]));
    for (const { from, to, isPackage } of imports) if (!isPackage) graph.get(from)?.push(to);
    assert.equal(circleIn(graph), undefined);
  });

  it('runs in plain Node below the terminal', () => {
    const wrong = imports.filter(({ from, to }) => to === 'vscode' && plain.includes(layerOf(from)));
    assert.deepEqual(wrong.map(told), []);
  });

  for (const library of onDemand) {
    it(`loads ${library} in one place, when it is asked for`, () => {
      const loading = imports.filter(({ to, typeOnly }) => to.split('/')[0] === library && !typeOnly);
      assert.ok(loading.length <= 1, loading.map(told).join());
      assert.ok(loading.every(({ dynamic }) => dynamic));
    });
  }

  it('has a composition root of less than 120 lines', () => {
    const lines = read('src/extension.ts').trimEnd().split('\n').length;
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
