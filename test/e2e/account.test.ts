import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'node:test';
import { E2eHarness } from './e2eHarness';

describe('the account', () => {
  const stage = new E2eHarness('account', {
    signedIn: false,
    seed: [
      { name: 'einstein' },
      // While something changes the list is read every second or two.
      { name: 'gauss', status: 'pending' },
      { name: 'babbage', status: 'stopped', organization: 'org_analytical' },
    ],
  });
  const signIn = async (key: string) => {
    await stage.window.quickInput.waitFor('Sign In to Celesto');
    await stage.window.quickInput.fill(key);
    await stage.window.quickInput.accept();
  };
  const toast = 'Signed in to Celesto as ada@example.com.';

  stage.it('welcomes who is signed out, with the way in', async () => {
    await stage.tree.waitForWelcome('Sign in with a Celesto API key to see your computers.');
    assert.deepEqual(await stage.tree.welcomeButtons(), ['Sign In', 'Get an API Key']);
    assert.deepEqual(await stage.control.requests(), []);
    await stage.screenshot('1 signed out');
  });

  stage.it(
    'asks for a key, hidden, and says that a wrong one is wrong while the box stays open',
    async () => {
      const { quickInput } = stage.window;
      await stage.tree.pressWelcomeButton('Sign In');
      await quickInput.waitFor('Sign In to Celesto');
      assert.equal(await quickInput.isPassword(), true);
      await signIn('celesto_sk_wrong');
      await quickInput.waitForMessage('Celesto does not accept this key. Check that you copied all of it.');
      await stage.screenshot('2 wrong key');
    },
  );

  stage.it('shows the computers once the key is good, and whose they are', async () => {
    await signIn(stage.emulator.apiKey);
    await stage.window.notifications.waitFor(toast);
    await stage.tree.waitForLabels(['einstein', 'gauss']);
    await stage.screenshot('3 signed in');
    await stage.window.notifications.close(toast);
  });

  stage.it('stays signed in when the window is loaded again', async () => {
    await stage.window.reload();
    await stage.window.openContainer('Celesto');
    await stage.tree.waitForLabels(['einstein', 'gauss']);
  });

  stage.it('shows the computers of another organization, and those of the key again', async () => {
    const { quickInput } = stage.window;
    await stage.window.runCommand('Celesto: Switch Organization…');
    await quickInput.waitFor('Switch Organization');
    await quickInput.waitForEntry('Analytical Engines');
    await stage.screenshot('4 organizations');
    await quickInput.choose('Analytical Engines');
    await stage.window.tree('Analytical Engines').waitForLabels(['babbage']);
    await stage.screenshot('5 other organization');
    await stage.window.runCommand('Celesto: Switch Organization…');
    await quickInput.choose('The organization of the API key');
    await stage.tree.waitForLabels(['einstein', 'gauss']);
  });

  stage.it('leads back to sign-in when the service refuses the key meanwhile', async () => {
    const answer = { status: 401, body: { detail: 'This key was revoked.' } };
    await stage.control.addFault({ path: '/computers$', times: 'always', answer });
    await stage.tree.waitForWelcome('Celesto did not accept the API key.');
    await stage.window.notifications.waitFor(/It says: This key was revoked\./);
    assert.deepEqual(await stage.tree.welcomeButtons(), ['Sign In Again', 'Show Log']);
    await stage.screenshot('6 refused');
    await stage.window.notifications.close(/revoked/);
    await stage.control.clearFaults();
    await stage.tree.pressWelcomeButton('Sign In Again');
    await signIn(stage.emulator.apiKey);
    await stage.window.notifications.waitFor(toast);
    await stage.window.notifications.close(toast);
    await stage.tree.waitForLabels(['einstein', 'gauss']);
  });

  stage.it('sends the key to no address that is not safe, and says so', async () => {
    stage.changeSettings({ 'celesto.baseUrl': 'http://celesto.example' });
    await stage.tree.waitForWelcome('The service address in the setting celesto.baseUrl cannot be used.');
    assert.deepEqual(await stage.tree.welcomeButtons(), ['Open Setting']);
    await stage.screenshot('7 misconfigured');
    stage.changeSettings({});
    await stage.tree.waitForLabels(['einstein', 'gauss']);
  });

  stage.it('forgets the key and the list when a person signs out', async () => {
    await stage.window.runCommand('Celesto: Sign Out');
    await stage.tree.waitForWelcome('Sign in with a Celesto API key to see your computers.');
    assert.deepEqual(await stage.tree.contents(), []);
    assert.equal(await stage.window.badge('Celesto'), undefined);
    await stage.window.reload();
    await stage.window.openContainer('Celesto');
    await stage.tree.waitForWelcome('Sign in with a Celesto API key to see your computers.');
  });

  stage.it('asks who is signed out to sign in, whatever they want to do', async () => {
    await stage.window.runCommand('Celesto: Open Computer');
    await signIn(stage.emulator.apiKey);
    await stage.window.quickInput.waitFor('Open Computer');
    assert.deepEqual(await stage.window.quickInput.labels(), ['einstein', 'gauss']);
    await stage.window.quickInput.cancel();
  });

  stage.it('writes the key to no file: no log, no setting, no state', () => {
    const folder = join(stage.folder, 'vscode');
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
    assert.deepEqual(holding(stage.emulator.apiKey), []);
    assert.deepEqual(stage.window.errors, []);
    return Promise.resolve();
  });
});
