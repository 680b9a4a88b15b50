import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { emulatorTools, shellTools, type ToolName, type VSCodeName } from './machine.mjs';
import { loader, projectFolder } from './paths';
import { installPublishedClients } from './publishedClients';

/** One kind of test: a program that Node runs. */
export interface Layer {
  readonly name: string;
  /** The layers whose outcome it uses. */
  readonly needs?: readonly string[];
  readonly tools?: readonly ToolName[];
  /** VS Code runs in a browser: always, or unless it runs on the desktop. */
  readonly browser?: 'always' | 'unlessDesktop';
  /** On Windows, where the emulator has no computers, runs only those of its files that need none. */
  readonly onWindows?: 'withoutComputers';
  readonly vscodes?: readonly VSCodeName[];
  /** The folder of test/ whose test files it runs; each of their tests has a result. A layer without one is a single test. */
  readonly folder?: string;
  /** Installs what it needs beyond the tools. Resolves to the reason where this machine cannot have that: it does not run. */
  prepare?(): Promise<string | undefined>;
  /** The arguments for Node. */
  command(options: LayerOptions): readonly string[];
}

export interface LayerOptions {
  /** Integration runs in desktop VS Code. */
  readonly desktop: boolean;
  /** The test files to run, all below the layer's folder. */
  readonly files: readonly string[];
  /** A regular expression: only tests that it matches, by their name or that of a group they are in, run. */
  readonly namePattern?: string;
}

const browserTools: readonly ToolName[] = ['browser', 'fonts'];

/** All layers, in the order in which they run: quick ones first. */
export const layers: readonly Layer[] = [
  { name: 'typecheck', command: () => [bin('typescript', 'bin/tsc'), '--noEmit'] },
  {
    name: 'typecheckPages',
    command: () => [bin('typescript', 'bin/tsc'), '--noEmit', '-p', 'src/features/screen/page'],
  },
  { name: 'lint', command: () => [bin('eslint', 'bin/eslint.js'), '--max-warnings', '0', '.'] },
  { name: 'format', command: () => [bin('prettier', 'bin/prettier.cjs'), '--check', '.'] },
  {
    name: 'scripts',
    folder: 'scripts',
    tools: ['shellcheck', 'zsh', 'fish', 'perl', 'python3'],
    command: (options) => nodeTests(options),
  },
  { name: 'unit', folder: 'unit', tools: ['ssh'], command: (options) => nodeTests(options) },
  { name: 'emulator', folder: 'emulator', tools: emulatorTools, command: (options) => nodeTests(options) },
  {
    name: 'clients',
    folder: 'clients',
    tools: emulatorTools,
    prepare: installPublishedClients,
    command: (options) => nodeTests(options),
  },
  {
    name: 'ssh',
    folder: 'ssh',
    tools: [...emulatorTools, ...shellTools, 'ip'],
    command: (options) => nodeTests(options),
  },
  {
    name: 'chaos',
    tools: [...emulatorTools, ...shellTools],
    command: () => [join(import.meta.dirname, 'chaos.mjs'), '--faults', '25'],
  },
  { name: 'package', command: () => [join(import.meta.dirname, 'package.mjs')] },
  {
    name: 'integration',
    folder: 'integration',
    tools: [...emulatorTools, ...shellTools],
    browser: 'unlessDesktop',
    onWindows: 'withoutComputers',
    vscodes: ['newest', 'floor'],
    command: (options) => [
      ...['--import', loader, join(projectFolder, 'test', 'integration', 'runIntegration.ts')],
      ...(options.desktop ? ['--desktop'] : []),
      ...testsOf(options),
    ],
  },
  {
    name: 'e2e',
    folder: 'e2e',
    needs: ['package'],
    tools: emulatorTools,
    browser: 'always',
    vscodes: ['newest', 'floor'],
    // One file after the other: each has a VS Code, a browser and an emulator of its own.
    command: (options) => nodeTests(options, '--one-by-one'),
  },
];

/** The programs of the system that a layer needs. */
export function toolsOf(layer: Layer, desktop: boolean, platform = process.platform): readonly ToolName[] {
  if (isWithoutComputers(layer, platform)) return [];
  const { tools = [], browser } = layer;
  const inBrowser = browser === 'always' || (browser === 'unlessDesktop' && !desktop);
  return inBrowser ? [...tools, ...browserTools] : tools;
}

/** The test files of a layer. */
export function testFiles(layer: Layer, platform = process.platform): readonly string[] {
  if (layer.folder === undefined) return [];
  const path = join(projectFolder, 'test', layer.folder);
  const names = existsSync(path) ? readdirSync(path, { recursive: true, encoding: 'utf8' }) : [];
  const files = names
    .filter((name) => name.endsWith('.test.ts'))
    .sort()
    .map((name) => join(path, name));
  return isWithoutComputers(layer, platform) ? files.filter((file) => !needsEmulator(file)) : files;
}

const isWithoutComputers = ({ onWindows }: Layer, platform: NodeJS.Platform): boolean =>
  platform === 'win32' && onWindows === 'withoutComputers';

/** Tells whether a test of integration uses the emulator: it imports test/integration/service.ts then. */
export function needsEmulator(file: string): boolean {
  return readFileSync(file, 'utf8').includes("from './service'");
}

const bin = (name: string, path: string): string => join(projectFolder, 'node_modules', name, path);

/** Node's test runner on test files. */
function nodeTests(options: LayerOptions, ...flags: readonly string[]): readonly string[] {
  return ['--import', loader, join(import.meta.dirname, 'nodeTests.ts'), ...flags, ...testsOf(options)];
}

/**
 * The arguments that name the tests to a runner.
 * @throws when there are none: a layer without tests has not passed
 */
function testsOf({ files, namePattern }: LayerOptions): readonly string[] {
  if (files.length === 0) throw new Error('This layer has no test files.');
  return [...(namePattern === undefined ? [] : [`--name=${namePattern}`]), '--', ...files];
}
