import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The project's folder. */
export const projectFolder = join(import.meta.dirname, '..', '..');

/** For Node's `--import`, so that it loads TypeScript and the scripts of src. */
export const loader = pathToFileURL(join(import.meta.dirname, 'loader.mjs')).href;

/** Screenshots of windows and the output of each layer. Git ignores it. */
export const artifactsFolder = join(projectFolder, '.vscode-test');

/** The extension's package, as `npm run package` names it. */
export function vsixPath(): string {
  const { name, version } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as Record<
    string,
    string
  >;
  return join(projectFolder, `${name}-${version}.vsix`);
}
