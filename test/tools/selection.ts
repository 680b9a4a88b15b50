import { existsSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { type Layer, layers, testFiles } from './layers';
import { projectFolder } from './paths';

export const usage = `npm test -- [FILE…] [--only LAYER,LAYER…] [--name PATTERN] [--desktop]
  FILE       run these test files alone, whichever layer they belong to; of a folder all in it
  --only     run these layers alone: ${layers.map(({ name }) => name).join(', ')}
  --name     run only tests that this regular expression matches, by their own name or that of a group around them
  --desktop  integration in desktop VS Code, as always on macOS and Windows`;

/** The tests of a run. */
export interface Selection {
  /** In the order in which they run. */
  readonly layers: readonly SelectedLayer[];
  readonly namePattern?: string;
  readonly desktop: boolean;
}

export interface SelectedLayer {
  readonly layer: Layer;
  readonly files: readonly string[];
}

/** Arguments that select nothing. The message says why. */
export class SelectionError extends Error {}

/**
 * Reads the arguments of `npm test`.
 * @param startFolder the folder that paths among them start from, unless they start from the project's
 * @throws SelectionError
 */
export function readSelection(args: readonly string[], startFolder: string): Selection {
  const { only, namePattern, desktop, paths } = readArguments(args);
  if (only !== undefined && paths.length > 0) throw new SelectionError('Give layers or files, not both.');
  const selected = paths.length > 0 ? layersOfFiles(paths, startFolder) : layersByName(only);
  const running = namePattern === undefined ? selected : selected.filter(({ layer }) => layer.folder);
  if (running.length === 0) throw new SelectionError(`The tests of ${only} have no names.`);
  return { layers: withNeeded(running), namePattern, desktop };
}

function readArguments(args: readonly string[]) {
  const options = {
    only: { type: 'string' },
    name: { type: 'string' },
    desktop: { type: 'boolean' },
  } as const;
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const { only, name: namePattern, desktop = process.platform !== 'linux' } = values;
    if (namePattern !== undefined) new RegExp(namePattern);
    return { only, namePattern, desktop, paths: positionals };
  } catch (error) {
    throw new SelectionError((error as Error).message);
  }
}

function layersByName(only: string | undefined): SelectedLayer[] {
  const names = only?.split(',') ?? layers.map(({ name }) => name);
  const unknown = names.find((name) => !layers.some((layer) => layer.name === name));
  if (unknown !== undefined) throw new SelectionError(`There is no layer '${unknown}'.`);
  return layers
    .filter(({ name }) => names.includes(name))
    .map((layer) => ({ layer, files: testFiles(layer) }));
}

function layersOfFiles(paths: readonly string[], startFolder: string): SelectedLayer[] {
  const chosen = new Set(paths.flatMap((path) => filesAt(path, startFolder)));
  const selected = layers.map((layer) => ({
    layer,
    files: testFiles(layer).filter((file) => chosen.has(file)),
  }));
  return selected.filter(({ files }) => files.length > 0);
}

/** The test files that a path names: itself, or all below it. */
function filesAt(path: string, startFolder: string): string[] {
  const found = [startFolder, projectFolder].map((folder) => resolve(folder, path)).find(existsSync);
  if (found === undefined) throw new SelectionError(`There is no file or folder '${path}'.`);
  const files = layers
    .flatMap((layer) => testFiles(layer))
    .filter((file) => file === found || file.startsWith(found + sep));
  if (files.length > 0) return files;
  const folders = layers.flatMap(({ folder }) => (folder === undefined ? [] : [`test/${folder}`]));
  throw new SelectionError(
    `No layer runs '${path}'. Test files end in .test.ts and lie in ${folders.join(', ')}.`,
  );
}

/** Adds the layers whose outcome these use. */
function withNeeded(selected: readonly SelectedLayer[]): SelectedLayer[] {
  const needed = new Set(selected.flatMap(({ layer }) => layer.needs ?? []));
  return layers.flatMap((layer) => {
    const own = selected.find((one) => one.layer === layer);
    if (own !== undefined) return [own];
    return needed.has(layer.name) ? [{ layer, files: testFiles(layer) }] : [];
  });
}
