import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'node:test';
import { E2eHarness } from './e2eHarness';

describe('the account', () => {
  const e2e = new E2eHarness('account', {
    signedIn: false,
    seed: [
      { name: 'einstein' },
      // With a computer whose status changes, the list is polled every second or two.
      { name: 'gauss', status: 'pending' },
      { name: 'babbage', status: 'stopped', organization: 'org_analytical' },
    ],
  });
  const signIn = async (key: string) => {
    await e2e.window.quickInput.waitFor('Sign In to Celesto');
    await e2e.window.quickInput.fill(key);
    await e2e.window.quickInput.accept();
  };
  /** VS Code reads its user settings anew in a window that is loaded. */
  const changeUserSettings = async (settings: Readonly<Record<string, unknown>>): Promise<void> => {
    e2e.changeUserSettings(settings);
    await e2e.window.reload();
    await e2e.window.openContainer('Celesto');
  };
  const host = (): string => new URL(e2e.emulator.url).host;
  const toast = 'Signed in to Celesto as ada@example.com.';

  e2e.it('offers to sign in when signed out', async () => {
    await e2e.tree.waitForWelcome('Sign in with a Celesto API key to see your computers.');
    assert.deepEqual(await e2e.tree.welcomeButtons(), ['Sign In', 'Get an API Key']);
    assert.deepEqual(await e2e.control.requests(), []);
    await e2e.screenshot('1 signed out');
  });

  e2e.it('asks about the address of the environment, and sends nothing when that is declined', async () => {
    const { dialog, notifications } = e2e.window;
    await e2e.tree.pressWelcomeButton('Sign In');
    await dialog.waitFor(`Send your API key to ${host()}?`);
    await dialog.waitFor('The environment variable CELESTO_BASE_URL names this address.');
    await e2e.screenshot('1b address');
    await dialog.press('Cancel');
    await notifications.waitFor(
      /^Not signed in: no key was sent to 127\.0\.0\.1:\d+\. To use another address,/,
    );
    await notifications.close(/^Not signed in/);
    assert.deepEqual(await e2e.control.requests(), []);
  });

  e2e.it('asks for a hidden key, and reports a wrong one while the box stays open', async () => {
    const { quickInput } = e2e.window;
    await e2e.tree.pressWelcomeButton('Sign In');
    await e2e.window.dialog.waitFor(`Send your API key to ${host()}?`);
    await e2e.window.dialog.press('Send Key');
    await quickInput.waitFor('Sign In to Celesto');
    assert.equal(await quickInput.isPassword(), true);
    await signIn('celesto_sk_wrong');
    await quickInput.waitForMessage('Celesto did not accept this key. Check that you copied all of it.');
    await e2e.screenshot('2 wrong key');
  });

  e2e.it('shows the computers and their owner once the key is accepted', async () => {
    await signIn(e2e.emulator.apiKey);
    await e2e.window.notifications.waitFor(toast);
    await e2e.tree.waitForLabels(['einstein', 'gauss']);
    await e2e.screenshot('3 signed in');
    await e2e.window.notifications.close(toast);
  });

  e2e.it('stays signed in when the window is reloaded', async () => {
    await e2e.window.reload();
    await e2e.window.openContainer('Celesto');
    await e2e.tree.waitForLabels(['einstein', 'gauss']);
  });

  e2e.it('shows the computers of another organization, then those of the key again', async () => {
    const { quickInput } = e2e.window;
    await e2e.window.runCommand('Celesto: Switch Organization…');
    await quickInput.waitFor('Switch Organization');
    await quickInput.waitForEntry('Analytical Engines');
    await e2e.screenshot('4 organizations');
    await quickInput.choose('Analytical Engines');
    await e2e.window.tree('Analytical Engines').waitForLabels(['babbage']);
    await e2e.screenshot('5 other organization');
    await e2e.window.runCommand('Celesto: Switch Organization…');
    await quickInput.choose('The organization of the API key');
    await e2e.tree.waitForLabels(['einstein', 'gauss']);
  });

  e2e.it('offers to sign in again when the service refuses the key later', async () => {
    const answer = { status: 401, body: { detail: 'This key was revoked.' } };
    await e2e.control.addFault({ path: '/computers$', times: 'always', answer });
    await e2e.tree.waitForWelcome('Celesto did not accept the API key.');
    await e2e.window.notifications.waitFor(/It says: This key was revoked\./);
    assert.deepEqual(await e2e.tree.welcomeButtons(), ['Sign In Again', 'Show Log']);
    await e2e.screenshot('6 refused');
    await e2e.window.notifications.close(/revoked/);
    await e2e.control.clearFaults();
    await e2e.tree.pressWelcomeButton('Sign In Again');
    await signIn(e2e.emulator.apiKey);
    await e2e.window.notifications.waitFor(toast);
    await e2e.window.notifications.close(toast);
    await e2e.tree.waitForLabels(['einstein', 'gauss']);
  });

  e2e.it('sends the key to no unsafe address, and says so', async () => {
    await changeUserSettings({ 'celesto.baseUrl': 'http://celesto.example' });
    await e2e.tree.waitForWelcome(
      'The service address in the setting celesto.baseUrl or in the environment cannot be used.',
    );
    assert.deepEqual(await e2e.tree.welcomeButtons(), ['Open Setting']);
    await e2e.screenshot('7 misconfigured');
    await changeUserSettings({});
    await e2e.tree.waitForLabels(['einstein', 'gauss']);
  });

  e2e.it('forgets the key and the list on sign-out', async () => {
    await e2e.window.runCommand('Celesto: Sign Out');
    await e2e.tree.waitForWelcome('Sign in with a Celesto API key to see your computers.');
    assert.deepEqual(await e2e.tree.contents(), []);
    assert.equal(await e2e.window.badge('Celesto'), undefined);
    await e2e.window.reload();
    await e2e.window.openContainer('Celesto');
    await e2e.tree.waitForWelcome('Sign in with a Celesto API key to see your computers.');
  });

  e2e.it('asks to sign in before any other command', async () => {
    await e2e.window.runCommand('Celesto: Open Computer');
    await signIn(e2e.emulator.apiKey);
    await e2e.window.quickInput.waitFor('Open Computer');
    assert.deepEqual(await e2e.window.quickInput.labels(), ['einstein', 'gauss']);
    await e2e.window.quickInput.cancel();
  });

  e2e.it('writes the key to no file: no log, no setting, no state', () => {
    const folder = join(e2e.folder, 'vscode');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const holding = (text: string): string[] =>
      files.filter((name) => {
        try {
          return readFileSync(join(folder, name)).includes(text);
        } catch {
          return false; // A folder, or gone meanwhile.
        }
      });
    assert.ok(holding('telemetry.telemetryLevel').length > 0);
    assert.deepEqual(holding(e2e.emulator.apiKey), []);
    assert.deepEqual(e2e.window.errors, []);
    return Promise.resolve();
  });
});
