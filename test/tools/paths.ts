import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The project's folder. */
export const projectFolder = join(import.meta.dirname, '..', '..');

/** What tests leave to be looked at: pictures of windows and the output of each layer. Git does not see it. */
export const artifactsFolder = join(projectFolder, '.vscode-test');

/** The extension's package, as `npm run package` names it. */
export function vsixPath(): string {
  const { name, version } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as Record<
    string,
    string
  >;
  return join(projectFolder, `${name}-${version}.vsix`);
}
