import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { emulatorTools, shellTools, type ToolName, type VSCodeName } from './machine.mjs';
import { loader, projectFolder } from './paths';

/** One kind of test. Each is a program of its own that Node runs. */
export interface Layer {
  readonly name: string;
  /** The layers whose outcome it uses. */
  readonly needs?: readonly string[];
  readonly tools?: readonly ToolName[];
  readonly vscodes?: readonly VSCodeName[];
  /** Does it record a result for each of its tests? One that does not is a single test. */
  readonly records?: true;
  /** The arguments for Node. */
  command(options: { desktop: boolean }): readonly string[];
}

const BROWSER: readonly ToolName[] = ['browser', 'fonts'];

/** All layers, in the order in which they run: quick ones first. */
export const layers: readonly Layer[] = [
  { name: 'typecheck', command: () => [bin('typescript', 'bin/tsc'), '--noEmit'] },
  { name: 'lint', command: () => [bin('eslint', 'bin/eslint.js'), '--max-warnings', '0', '.'] },
  { name: 'format', command: () => [bin('prettier', 'bin/prettier.cjs'), '--check', '.'] },
  { name: 'unit', records: true, command: () => nodeTests('unit') },
  { name: 'emulator', tools: emulatorTools, records: true, command: () => nodeTests('emulator') },
  {
    name: 'ssh',
    tools: [...emulatorTools, ...shellTools, 'ip'],
    records: true,
    command: () => nodeTests('ssh'),
  },
  {
    name: 'chaos',
    tools: [...emulatorTools, ...shellTools],
    command: () => [join(projectFolder, 'test', 'tools', 'chaos.mjs'), '--faults', '25'],
  },
  { name: 'package', command: () => [join(projectFolder, 'test', 'tools', 'package.mjs')] },
  {
    name: 'integration',
    tools: [...emulatorTools, ...shellTools, ...BROWSER],
    vscodes: ['newest', 'floor'],
    records: true,
    command: ({ desktop }) => [
      ...['--import', loader, join(projectFolder, 'test', 'integration', 'runIntegration.ts')],
      ...(desktop ? ['--desktop'] : []),
    ],
  },
  {
    name: 'e2e',
    needs: ['package'],
    tools: [...emulatorTools, ...BROWSER],
    vscodes: ['newest', 'floor'],
    records: true,
    // One file after the other: each has a VS Code, a browser and an emulator of its own.
    command: () => nodeTests('e2e', '--one-by-one'),
  },
];

const bin = (name: string, path: string): string => join(projectFolder, 'node_modules', name, path);

/** Node's test runner on all test files below a folder of test/. */
function nodeTests(folder: string, ...options: readonly string[]): readonly string[] {
  return ['--import', loader, join(import.meta.dirname, 'nodeTests.ts'), ...options, ...testFiles(folder)];
}

/** @throws when there is none: a layer without tests has not passed */
function testFiles(folder: string): string[] {
  const path = join(projectFolder, 'test', folder);
  const names = existsSync(path) ? readdirSync(path, { recursive: true, encoding: 'utf8' }) : [];
  const files = names.filter((name) => name.endsWith('.test.ts')).sort();
  if (files.length === 0) throw new Error(`There is no test in test/${folder}.`);
  return files.map((name) => join(path, name));
}
