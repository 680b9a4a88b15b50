import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { Computer } from '../../src/model/computer';
import { ComputerPicker } from '../../src/views/computerPicker';
import { until } from '../lab/until';
import { StoreBench } from '../unit/support/storeBench';

describe('picking a computer', () => {
  const { createQuickPick } = vscode.window;
  let pick: vscode.QuickPick<vscode.QuickPickItem>;

  beforeEach(() => {
    Object.assign(vscode.window, { createQuickPick: () => (pick = createQuickPick()) });
  });

  afterEach(async () => {
    Object.assign(vscode.window, { createQuickPick });
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
  });

  const accept = (): Thenable<unknown> =>
    vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');

  /** A list with a, b and c in it, and the person's mark on b. */
  async function onB(): Promise<{ bench: StoreBench; picked: Promise<Computer | undefined> }> {
    const bench = new StoreBench();
    await bench.read('a running', 'b running', 'c running');
    const picked = new ComputerPicker(bench.store).one('Stop Computers', 'stop');
    await until('the first line', () => pick.activeItems[0]?.label === 'name of a');
    await vscode.commands.executeCommand('workbench.action.quickOpenSelectNext');
    await until('the second line', () => pick.activeItems[0]?.label === 'name of b');
    return { bench, picked };
  }

  it('gives the one that the person saw, also where the list changes at that moment', async () => {
    const { bench, picked } = await onB();
    const accepted = accept();
    await bench.read('b running', 'c running');
    await accepted;
    assert.equal((await picked)?.id, 'b');
  });

  it('leaves the mark where it was as the list changes, and says what became of the others', async () => {
    const { bench, picked } = await onB();
    await bench.read('b running', 'c stopping', 'd running', 'e stopped');
    const lines = pick.items.map(({ label, description }) => `${label}: ${description?.split(' · ')[0]}`);
    assert.deepEqual(lines, [
      'name of a: deleted',
      'name of b: running',
      'name of c: stopping',
      'name of d: running',
    ]);
    // VS Code draws it a turn later.
    await delay(0);
    await accept();
    assert.equal((await picked)?.id, 'b');
  });
});
