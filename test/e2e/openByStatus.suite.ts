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

/** Tests of a click on a computer of each status. `einstein` runs. */
export function openByStatusTests(e2e: E2eHarness): void {
  const prompt = (name: string) => `ohm@${name}:~$ `;

  describe('a click on a computer', () => {
    before(() => e2e.control.setTimes({ start: 300 }));

    e2e.it('that runs opens a shell on it', async () => {
      await e2e.row('einstein').click();
      await e2e.terminals.waitForText(prompt('einstein'));
      await e2e.terminals.waitForTab('einstein');
      const [tab] = await e2e.terminals.tabs();
      assert.deepEqual([tab?.icon, tab?.color], ['vm-connect', 'terminal.ansiGreen']);
    });

    for (const [name, status] of [
      ['turing', 'being created'],
      ['fermi', 'starting'],
      ['planck', 'being restored'],
      ['gauss', 'waiting for a host'],
    ] as const) {
      e2e.it(`that is ${status} waits for it`, async () => {
        await e2e.row(name).click();
        await e2e.terminals.waitForText(`${name}: ${status}. Waiting… (Ctrl+C cancels)`);
        await e2e.terminals.waitForTab(`${name} (${status})`);
        await e2e.control.setStatus({ id: name, status: 'running' });
        await e2e.terminals.waitForText(prompt(name));
        assert.deepEqual(await e2e.requests('POST', name, 'start'), []);
      });
    }

    e2e.it('that is stopping waits until it is stopped, then starts it', async () => {
      await e2e.row('hopper').click();
      await e2e.terminals.waitForText('hopper: stopping. Waiting… (Ctrl+C cancels)');
      assert.deepEqual(await e2e.requests('POST', 'hopper', 'start'), []);
      await e2e.control.setStatus({ id: 'hopper', status: 'stopped' });
      await e2e.terminals.waitForText('hopper: stopped. Starting it… (Ctrl+C cancels)');
      await e2e.terminals.waitForText(prompt('hopper'));
    });

    e2e.it('that can be restored starts it where the service has no call to restore', async () => {
      await e2e.row('lovelace').click();
      await e2e.terminals.waitForText('A restore keeps no files, since there is no persistent volume.');
      await e2e.terminals.waitForText('lovelace: can be restored. Restoring it… (Ctrl+C cancels)');
      await e2e.terminals.waitForText(prompt('lovelace'));
      assert.equal((await e2e.requests('POST', 'lovelace', 'start')).length, 1);
    });

    e2e.it('that can be restored restores it where the service has a call for that', async () => {
      await e2e.control.setFeatures({ retryRestore: true });
      await e2e.row('hypatia').click();
      await e2e.terminals.waitForText('hypatia: can be restored. Restoring it… (Ctrl+C cancels)');
      await e2e.terminals.waitForText(prompt('hypatia'));
      assert.equal((await e2e.requests('POST', 'hypatia', 'retry-restore')).length, 1);
      assert.deepEqual(await e2e.requests('POST', 'hypatia', 'start'), []);
    });

    e2e.it('that needs attention says why, and starts it only at Enter', async () => {
      await e2e.row('noether').click();
      await e2e.terminals.waitForText('noether needs attention: The disk of this computer is full.');
      await e2e.terminals.waitForText('Press Enter to start it, Ctrl+C to close.');
      await e2e.terminals.waitForTab('noether (not connected)');
      await e2e.screenshot('error');
      assert.deepEqual(await e2e.requests('POST', 'noether', 'start'), []);
      await e2e.terminals.press('Enter');
      await e2e.terminals.waitForText('noether: needs attention. Starting it… (Ctrl+C cancels)');
      await e2e.terminals.waitForText(prompt('noether'));
      await e2e.terminals.waitForTab('noether');
    });

    for (const [name, message] of [
      [
        'darwin',
        'darwin is lost because its host is gone. You can delete it and create another. Its host did not come back.',
      ],
      ['galileo', 'galileo is being deleted.'],
    ] as const) {
      e2e.it(
        `that is ${name === 'darwin' ? 'lost' : 'being deleted'} says so and opens no terminal`,
        async () => {
          const tabs = await e2e.terminals.tabs();
          await e2e.row(name).click();
          await e2e.window.notifications.waitFor(message);
          await e2e.screenshot(name);
          await e2e.window.notifications.close(message);
          assert.deepEqual(await e2e.terminals.tabs(), tabs);
        },
      );
    }

    e2e.it(
      'in an unknown status tries to connect; the user confirms a host key that the service cannot',
      async () => {
        const { connection } = await e2e.computer('einstein');
        await e2e.control.setSsh({ id: 'bohr', ssh: connection!.ssh });
        await e2e.row('bohr').click();
        await e2e.window.dialog.waitFor('Trust the host key of bohr?');
        await e2e.screenshot('trust');
        assert.match(await e2e.window.dialog.text(), /has a key of type ssh-ed25519:\s+SHA256:[\w+/]{43}/);
        await e2e.window.dialog.press('Trust');
        await e2e.terminals.waitForText(
          'bohr is in an unknown state, "hibernating". Trying to connect anyway…',
        );
        await e2e.terminals.waitForText(prompt('einstein'));
      },
    );

    e2e.it('without an SSH endpoint connects through its terminal gateway', async () => {
      await e2e.row('euclid').click();
      await e2e.terminals.waitForText(
        'euclid has no SSH endpoint. Using SSH through its terminal gateway instead.',
      );
      await e2e.terminals.waitForText(prompt('euclid'));
      await e2e.terminals.waitForTab('euclid');
      await e2e.screenshot('no endpoint');
    });

    e2e.it('with an invalid endpoint says so, and connects through the gateway too', async () => {
      await e2e.row('pascal').click();
      await e2e.terminals.waitForText(
        'The service gave an SSH endpoint that cannot be read: "telnet://nowhere". Report it to Celesto.',
      );
      await e2e.terminals.waitForText(prompt('pascal'));
      await e2e.terminals.waitForTab('pascal');
    });
  });
}
