import assert from 'node:assert/strict';
import { before, describe } from 'node:test';
import type { Seed } from '../emulator/computer';
import type { E2eHarness } from './e2eHarness';

/** The computers for {@link openByStatusTests}. */
export const openByStatusSeed: Seed[] = [
  { name: 'turing', status: 'creating' },
  { name: 'fermi', status: 'starting' },
  { name: 'planck', status: 'restoring' },
  { name: 'gauss', status: 'pending' },
  { name: 'hopper', status: 'stopping' },
  { name: 'lovelace', status: 'restorable' },
  { name: 'hypatia', status: 'restorable' },
  { name: 'noether', status: 'error', lastError: 'The disk of this computer is full.' },
  { name: 'darwin', status: 'lost', lastError: 'Its host did not come back.' },
  { name: 'galileo', status: 'deleting' },
  { name: 'bohr', status: 'hibernating' },
  { name: 'euclid', ssh: null },
  { name: 'pascal', ssh: 'telnet://nowhere' },
];

/** A click on a computer of each status. `einstein` runs. */
export function openByStatusTests(stage: E2eHarness): void {
  const prompt = (name: string) => `ohm@${name}:~$ `;

  describe('a click on a computer', () => {
    before(() => stage.control.setTimes({ start: 300 }));

    stage.it('that runs', async () => {
      await stage.row('einstein').click();
      await stage.terminals.waitForText(prompt('einstein'));
      await stage.terminals.waitForTab('einstein');
      const [tab] = await stage.terminals.tabs();
      assert.deepEqual([tab?.icon, tab?.color], ['vm-connect', 'terminal.ansiGreen']);
    });

    for (const [name, words] of [
      ['turing', 'being created'],
      ['fermi', 'starting'],
      ['planck', 'being restored'],
      ['gauss', 'waiting for a place'],
    ] as const) {
      stage.it(`that is ${words} waits for it`, async () => {
        await stage.row(name).click();
        await stage.terminals.waitForText(`${name}: ${words}. Waiting… (Ctrl+C cancels)`);
        await stage.terminals.waitForTab(`${name} (${words})`);
        await stage.control.setStatus({ id: name, status: 'running' });
        await stage.terminals.waitForText(prompt(name));
        assert.deepEqual(await stage.requests('POST', name, 'start'), []);
      });
    }

    stage.it('that is stopping waits for that, and starts it', async () => {
      await stage.row('hopper').click();
      await stage.terminals.waitForText('hopper: stopping. Waiting… (Ctrl+C cancels)');
      assert.deepEqual(await stage.requests('POST', 'hopper', 'start'), []);
      await stage.control.setStatus({ id: 'hopper', status: 'stopped' });
      await stage.terminals.waitForText('hopper: stopped. Starting it… (Ctrl+C cancels)');
      await stage.terminals.waitForText(prompt('hopper'));
    });

    stage.it('that can be restored restores it, by a start where the service has no other call', async () => {
      await stage.row('lovelace').click();
      await stage.terminals.waitForText('lovelace: can be restored. Restoring it… (Ctrl+C cancels)');
      await stage.terminals.waitForText(prompt('lovelace'));
      assert.equal((await stage.requests('POST', 'lovelace', 'start')).length, 1);
    });

    stage.it('that can be restored restores it, by the call for that where there is one', async () => {
      await stage.control.setFeatures({ retryRestore: true });
      await stage.row('hypatia').click();
      await stage.terminals.waitForText('hypatia: can be restored. Restoring it… (Ctrl+C cancels)');
      await stage.terminals.waitForText(prompt('hypatia'));
      assert.equal((await stage.requests('POST', 'hypatia', 'retry-restore')).length, 1);
      assert.deepEqual(await stage.requests('POST', 'hypatia', 'start'), []);
    });

    stage.it('that needs attention says why, and starts it only when asked to', async () => {
      await stage.row('noether').click();
      await stage.terminals.waitForText('noether needs attention: The disk of this computer is full.');
      await stage.terminals.waitForText('Press Enter to start it, Ctrl+C to close.');
      await stage.terminals.waitForTab('noether (not connected)');
      await stage.screenshot('error');
      assert.deepEqual(await stage.requests('POST', 'noether', 'start'), []);
      await stage.terminals.press('Enter');
      await stage.terminals.waitForText('noether: needs attention. Starting it… (Ctrl+C cancels)');
      await stage.terminals.waitForText(prompt('noether'));
      await stage.terminals.waitForTab('noether');
    });

    for (const [name, message] of [
      [
        'darwin',
        'darwin is lost: its host is gone. You can delete it and create another. Its host did not come back.',
      ],
      ['galileo', 'galileo is being deleted.'],
    ] as const) {
      stage.it(`that is ${name === 'darwin' ? 'lost' : 'being deleted'} says so, and no more`, async () => {
        const tabs = await stage.terminals.tabs();
        await stage.row(name).click();
        await stage.window.notifications.waitFor(message);
        await stage.screenshot(name);
        await stage.window.notifications.close(message);
        assert.deepEqual(await stage.terminals.tabs(), tabs);
      });
    }

    stage.it('in a state of the future tries; who cannot be asked for a host key, a person is', async () => {
      const { connection } = await stage.computer('einstein');
      await stage.control.setSsh({ id: 'bohr', ssh: connection!.ssh });
      await stage.row('bohr').click();
      await stage.window.dialog.waitFor('Trust the host key of bohr?');
      await stage.screenshot('trust');
      assert.match(await stage.window.dialog.text(), /shows a key of type ssh-ed25519:\s+SHA256:[\w+/]{43}/);
      await stage.window.dialog.press('Trust');
      await stage.terminals.waitForText(
        'bohr is "hibernating", a state this extension does not know. Trying all the same…',
      );
      await stage.terminals.waitForText(prompt('einstein'));
    });

    stage.it('that has no SSH endpoint goes through its terminal gateway', async () => {
      await stage.row('euclid').click();
      await stage.terminals.waitForText(
        'euclid offers no SSH endpoint. Taking SSH through its terminal gateway instead.',
      );
      await stage.terminals.waitForText(prompt('euclid'));
      await stage.terminals.waitForTab('euclid');
      await stage.screenshot('no endpoint');
    });

    stage.it('whose endpoint cannot be read says so, and goes through the gateway too', async () => {
      await stage.row('pascal').click();
      await stage.terminals.waitForText(
        'The service gave an SSH endpoint that cannot be read: "telnet://nowhere". Report it to Celesto.',
      );
      await stage.terminals.waitForText(prompt('pascal'));
      await stage.terminals.waitForTab('pascal');
    });
  });
}
