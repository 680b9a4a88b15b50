import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { layers, toolsOf } from '../../tools/layers';
import { emulatorTools, packagesOf } from '../../tools/machine.mjs';
import { projectFolder } from '../../tools/paths';

describe('the packages that the README names', () => {
  const readme = readFileSync(join(projectFolder, 'README.md'), 'utf8');

  /** Names in lower case after "the Debian packages" in the item of a command. */
  function packagesNamed(command: string): string[] {
    const item = readme.split('\n').find((line) => line.startsWith(`- \`${command}\`:`)) ?? '';
    const [, list = ''] = item.split('Debian packages');
    return [...list.matchAll(/`([a-z0-9-]+)`/g)].map(([, name = '']) => name).sort();
  }

  it('are those that npm start installs', () => {
    assert.deepEqual(packagesNamed('npm start'), packagesOf(emulatorTools).sort());
  });

  it('are those that npm test installs besides', () => {
    const packages = new Set(packagesOf(layers.flatMap((layer) => toolsOf(layer, false))));
    for (const name of packagesOf(emulatorTools)) packages.delete(name);
    assert.deepEqual(packagesNamed('npm test'), [...packages].sort());
  });
});
