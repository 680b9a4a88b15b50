import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { Computer } from '../../src/computers/computer';
import type { ListeningPort } from '../../src/features/ports/listeningPorts';
import { pickPort, type PortChoice } from '../../src/features/ports/portPicker';
import { ComputerPicker } from '../../src/ui/computerPicker';
import { until } from '../harness/until';
import { deferred } from '../unit/support/deferred';
import { StoreHarness } from '../unit/support/storeHarness';

const { createQuickPick } = vscode.window;
let pick: vscode.QuickPick<vscode.QuickPickItem>;

/** Presses Enter: the window handles it before later updates of the list. */
const accept = (): Thenable<unknown> =>
  vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');

describe('picking a computer', () => {
  beforeEach(watchPicks);
  afterEach(closePicks);

  /** Shows a picker with a, b and c, and moves the focus to b. */
  async function focusB(): Promise<{ harness: StoreHarness; picked: Promise<Computer | undefined> }> {
    const harness = new StoreHarness();
    await harness.refreshWith('a running', 'b running', 'c running');
    const picked = new ComputerPicker(harness.store).one('Stop Computers', 'stop');
    await until('the first entry', () => pick.activeItems[0]?.label === 'name of a');
    await vscode.commands.executeCommand('workbench.action.quickOpenSelectNext');
    await until('the second entry', () => pick.activeItems[0]?.label === 'name of b');
    return { harness, picked };
  }

  it('returns the focused one, also where the list changes at that moment', async () => {
    const { harness, picked } = await focusB();
    const accepted = accept();
    await harness.refreshWith('b running', 'c running');
    await accepted;
    assert.equal((await picked)?.id, 'b');
  });

  it('keeps the focus as the list changes, and updates the status of the others', async () => {
    const { harness, picked } = await focusB();
    await harness.refreshWith('b running', 'c stopping', 'd running', 'e stopped');
    const entries = pick.items.map(({ label, description }) => `${label}: ${description?.split(' · ')[0]}`);
    assert.deepEqual(entries, [
      'name of a: deleted',
      'name of b: running',
      'name of c: stopping',
      'name of d: running',
    ]);
    // VS Code draws the list a turn of the event loop later.
    await delay(0);
    await accept();
    assert.equal((await picked)?.id, 'b');
  });
});

describe('picking a port', () => {
  beforeEach(watchPicks);
  afterEach(closePicks);

  it('returns the typed one, also where listening ports are found at that moment', async () => {
    const found = deferred<readonly ListeningPort[]>();
    const read = (text: string): PortChoice => ({ port: Number(text) });
    const picked = pickPort({
      title: 'Forward Port',
      placeholder: '',
      listening: found.promise,
      parse: read,
    });
    pick.value = '3000';
    await until('the entry of the port', () => pick.activeItems[0]?.label === 'Port 3000');
    const accepted = accept();
    found.resolve([
      { port: 22, process: 'sshd' },
      { port: 3000, process: 'node' },
    ]);
    await accepted;
    assert.deepEqual(await picked, { port: 3000 });
  });
});

/** Stores the next quick pick that is created in `pick`. */
function watchPicks(): void {
  Object.assign(vscode.window, { createQuickPick: () => (pick = createQuickPick()) });
}

async function closePicks(): Promise<void> {
  Object.assign(vscode.window, { createQuickPick });
  await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
}
