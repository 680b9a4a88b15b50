import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder, vsixPath } from '../tools/paths';
import { kb, printTable } from './table';

interface Meta {
  readonly outputs: Readonly<
    Record<string, { readonly inputs: Readonly<Record<string, { bytesInOutput: number }>> }>
  >;
}

/** Measures the sizes of the bundle and of the package. */
export function benchSizes(): void {
  execFileSync(process.execPath, [join(projectFolder, 'test', 'tools', 'package.mjs')], {
    cwd: projectFolder,
    stdio: 'ignore',
  });
  const meta = JSON.parse(readFileSync(join(projectFolder, 'dist', 'meta.json'), 'utf8')) as Meta;
  const inputs = Object.values(meta.outputs).flatMap((output) => Object.entries(output.inputs));
  const own = inputs.filter(([path]) => path.startsWith('src/'));
  const sum = (entries: typeof inputs): number =>
    entries.reduce((total, [, { bytesInOutput }]) => total + bytesInOutput, 0);
  printTable(
    'Sizes',
    ['', '', 'goal'],
    [
      ['own code in the bundle', kb(sum(own)), 'under 150 KB'],
      ['the bundle, ssh2 included', kb(sum(inputs)), ''],
      ['the .vsix', existsSync(vsixPath()) ? kb(statSync(vsixPath()).size) : 'not built', 'under 600 KB'],
    ],
  );
}
