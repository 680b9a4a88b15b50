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

/** Enter, as a person presses it: the window gets it before whatever is drawn from here on. */
const accept = (): Thenable<unknown> =>
  vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');

describe('picking a computer', () => {
  beforeEach(watchPicks);
  afterEach(closePicks);

  /** A list with a, b and c in it, and the person's mark on b. */
  async function onB(): Promise<{ bench: StoreHarness; picked: Promise<Computer | undefined> }> {
    const bench = new StoreHarness();
    await bench.refreshWith('a running', 'b running', 'c running');
    const picked = new ComputerPicker(bench.store).one('Stop Computers', 'stop');
    await until('the first line', () => pick.activeItems[0]?.label === 'name of a');
    await vscode.commands.executeCommand('workbench.action.quickOpenSelectNext');
    await until('the second line', () => pick.activeItems[0]?.label === 'name of b');
    return { bench, picked };
  }

  it('gives the one that the person saw, also where the list changes at that moment', async () => {
    const { bench, picked } = await onB();
    const accepted = accept();
    await bench.refreshWith('b running', 'c running');
    await accepted;
    assert.equal((await picked)?.id, 'b');
  });

  it('leaves the mark where it was as the list changes, and says what became of the others', async () => {
    const { bench, picked } = await onB();
    await bench.refreshWith('b running', 'c stopping', 'd running', 'e stopped');
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

describe('picking a port', () => {
  beforeEach(watchPicks);
  afterEach(closePicks);

  it('gives the one that was typed, also where those that somebody listens on are found at that moment', async () => {
    const found = deferred<readonly ListeningPort[]>();
    const read = (text: string): PortChoice => ({ port: Number(text) });
    const asked = pickPort({ title: 'Forward Port', placeholder: '', listening: found.promise, parse: read });
    pick.value = '3000';
    await until('the line of the port', () => pick.activeItems[0]?.label === 'Port 3000');
    const accepted = accept();
    found.resolve([
      { port: 22, process: 'sshd' },
      { port: 3000, process: 'node' },
    ]);
    await accepted;
    assert.deepEqual(await asked, { port: 3000 });
  });
});

/** From now on a test has the pick that is shown. */
function watchPicks(): void {
  Object.assign(vscode.window, { createQuickPick: () => (pick = createQuickPick()) });
}

async function closePicks(): Promise<void> {
  Object.assign(vscode.window, { createQuickPick });
  await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
}
