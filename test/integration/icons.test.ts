import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { computerFrom } from '../../src/computers/computer';
import { knownStatuses } from '../../src/computers/status';
import { actionsOf } from '../../src/features/details/computerActions';
import { appearanceOf } from '../../src/ui/computerAppearance';
import { wire } from '../unit/support/computers';

/** The code of this VS Code, as far as it is there: in it all icons and colours are registered by their ids. */
function codeOfVSCode(...places: readonly string[]): string {
  const files = places.map((place) => join(vscode.env.appRoot, 'out', 'vs', place)).filter(existsSync);
  assert.ok(files.length > 0, `none of ${places.join(', ')} is in ${vscode.env.appRoot}`);
  return files.map((file) => readFileSync(file, 'utf8')).join('\n');
}

describe('what the extension draws with', () => {
  const computers = [...knownStatuses, 'hibernating'].map((status) => computerFrom(wire('cmp_1', status)));
  const looks = computers.map(appearanceOf);
  const extension = vscode.extensions.getExtension('celesto.celesto-computers')!;
  const bundle = readFileSync(join(extension.extensionPath, 'dist', 'extension.js'), 'utf8');

  it('are icons that this VS Code has', () => {
    const code = codeOfVSCode('workbench/api/node/extensionHostProcess.js');
    const manifest = JSON.stringify(extension.packageJSON);
    const icons = [
      ...looks.map(({ icon }) => icon.replace(/~.*/, '')),
      ...computers.flatMap(actionsOf).flatMap((actions) => actions.map(({ icon }) => icon)),
      ...[...manifest.matchAll(/\$\(([a-z-]+)\)/g)].map(([, icon]) => icon!),
      ...[...bundle.matchAll(/ThemeIcon\("([^"]+)"/g)].map(([, icon]) => icon!),
    ];
    // As in: vmRunning:m("vm-running",60283)
    const missing = icons.filter((icon) => !new RegExp(`\\("${icon}",[\\de]+\\)`).test(code));
    assert.deepEqual(missing, []);
    assert.ok(icons.length > 20);
  });

  it('are colours that this VS Code has', () => {
    const code = codeOfVSCode('code/browser/workbench/workbench.js', 'workbench/workbench.desktop.main.js');
    const colors = [
      ...looks.map(({ color }) => color),
      ...[...bundle.matchAll(/"terminal\.ansi(\w+)"/g)].map(([, name]) => `terminal.ansi${name}`),
    ];
    const missing = colors.filter((color) => !code.includes(`"${color}"`));
    assert.deepEqual(missing, []);
    assert.ok(colors.length > looks.length);
  });
});
