import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createVSIX, listFiles } from '@vscode/vsce';
import { packageProblems } from './packageProblems';
import { projectFolder, vsixPath } from './paths';

/** Builds the extension, makes its .vsix, and checks its contents. @returns the exit code */
export async function main(): Promise<number> {
  const build = spawnSync(process.execPath, [join(projectFolder, 'esbuild.mjs')], {
    cwd: projectFolder,
    stdio: 'inherit',
  });
  if (build.status !== 0) return 1;
  const packagePath = vsixPath();
  // Without dependencies: they are part of the bundle.
  await createVSIX({ cwd: projectFolder, packagePath, dependencies: false, allowMissingRepository: true });
  const problems = packageProblems({
    files: await listFiles({ cwd: projectFolder, packagedDependencies: [] }),
    size: statSync(packagePath).size,
    manifest: JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as Record<
      string,
      unknown
    >,
    bundle: readFileSync(join(projectFolder, 'dist', 'extension.js'), 'utf8'),
  });
  for (const problem of problems) console.error(`✖ ${problem}`);
  return problems.length === 0 ? 0 : 1;
}
