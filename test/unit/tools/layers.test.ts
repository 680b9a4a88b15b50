import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { describe, it } from 'node:test';
import { layers, testFiles, toolsOf } from '../../tools/layers';

describe('the tools of a layer', () => {
  const needsBrowser = (name: string, desktop: boolean): boolean =>
    toolsOf(
      layers.find((layer) => layer.name === name)!,
      desktop,
    ).includes('browser');

  it('include a browser where VS Code is drawn in one', () => {
    assert.ok(needsBrowser('integration', false));
    assert.ok(needsBrowser('e2e', false));
    assert.ok(!needsBrowser('ssh', false));
  });

  it('leave it out where integration runs in desktop VS Code', () => {
    assert.ok(!needsBrowser('integration', true));
    assert.ok(needsBrowser('e2e', true));
  });
});

describe('integration on Windows', () => {
  const integration = layers.find(({ name }) => name === 'integration')!;
  const namesOn = (platform: NodeJS.Platform): string[] =>
    testFiles(integration, platform).map((file) => basename(file, '.test.ts'));

  it('runs the files that need no computer, and no program of the system', () => {
    const names = namesOn('win32');
    for (const name of ['account', 'commands', 'computersTree', 'pickers'])
      assert.ok(names.includes(name), name);
    for (const name of ['activation', 'openComputer', 'run']) assert.ok(!names.includes(name), name);
    assert.deepEqual(toolsOf(integration, true, 'win32'), []);
  });

  it('runs all files elsewhere', () => {
    assert.ok(namesOn('darwin').includes('openComputer'));
    assert.deepEqual(namesOn('darwin'), namesOn('linux'));
  });
});
