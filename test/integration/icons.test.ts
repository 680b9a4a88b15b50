import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { computerFrom } from '../../src/computers/computer';
import { knownStatuses } from '../../src/computers/statusTable';
import { actionsOf } from '../../src/features/details/computerActions';
import { computerItemText } from '../../src/ui/computerItemText';
import { wire } from '../unit/support/computers';

/** Reads bundles of this VS Code, which register all icons and colours by their ids. @param paths possible files */
function codeOfVSCode(...paths: readonly string[]): string {
  const files = paths.map((path) => join(vscode.env.appRoot, 'out', 'vs', path)).filter(existsSync);
  assert.ok(files.length > 0, `none of ${paths.join(', ')} is in ${vscode.env.appRoot}`);
  return files.map((file) => readFileSync(file, 'utf8')).join('\n');
}

describe('the icons and colours of the extension', () => {
  const computers = [...knownStatuses, 'hibernating'].map((status) => computerFrom(wire('cmp_1', status)));
  const appearances = computers.map(computerItemText);
  const extension = vscode.extensions.getExtension('celesto.celesto-computers')!;
  const bundle = readFileSync(join(extension.extensionPath, 'dist', 'extension.js'), 'utf8');

  it('include only icons of this VS Code', () => {
    const code = codeOfVSCode('workbench/api/node/extensionHostProcess.js');
    const manifest = JSON.stringify(extension.packageJSON);
    const icons = [
      ...appearances.map(({ icon }) => icon.replace(/~.*/, '')),
      ...computers.flatMap(actionsOf).flatMap((actions) => actions.map(({ icon }) => icon)),
      ...[...manifest.matchAll(/\$\(([a-z-]+)\)/g)].map(([, icon]) => icon!),
      ...[...bundle.matchAll(/ThemeIcon\("([^"]+)"/g)].map(([, icon]) => icon!),
    ];
    // For example: vmRunning:m("vm-running",60283)
    const missing = icons.filter((icon) => !new RegExp(`\\("${icon}",[\\de]+\\)`).test(code));
    assert.deepEqual(missing, []);
    assert.ok(icons.length > 20);
  });

  it('include only colours of this VS Code', () => {
    const code = codeOfVSCode('code/browser/workbench/workbench.js', 'workbench/workbench.desktop.main.js');
    const colors = [
      ...appearances.map(({ color }) => color),
      ...[...bundle.matchAll(/"terminal\.ansi(\w+)"/g)].map(([, name]) => `terminal.ansi${name}`),
    ];
    const missing = colors.filter((color) => !code.includes(`"${color}"`));
    assert.deepEqual(missing, []);
    assert.ok(colors.length > appearances.length);
  });
});
