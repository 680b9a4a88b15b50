import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe } from 'node:test';
import { E2eHarness } from './e2eHarness';

const pasteTitle = 'Paste an API key';
const cliTitle = 'Use the key of celesto auth login';
const toast = 'Signed in to Celesto as ada@example.com.';
const welcome = 'Sign in with a Celesto API key to see your computers.';

describe('the sign-in with what the tools of Celesto have', () => {
  const e2e = new E2eHarness('signIn', { seed: [{ name: 'einstein' }, { name: 'curie' }] });
  const file = (): string => join(e2e.home, '.celesto', 'credentials');
  const host = (): string => new URL(e2e.emulator.url).host;

  /** Writes what `celesto auth login` of 0.1 leaves. */
  const logIn = (content: string, mode: number): void => {
    mkdirSync(dirname(file()), { recursive: true });
    writeFileSync(file(), content);
    chmodSync(file(), mode);
  };
  const credentials = (): string =>
    JSON.stringify({ api_key: e2e.emulator.apiKey, email: 'ada@example.com', base_url: e2e.emulator.url });
  const signOut = async (): Promise<void> => {
    await e2e.window.runCommand('Celesto: Sign Out');
    await e2e.tree.waitForWelcome(welcome);
    await e2e.window.notifications.close(/^Signed out of Celesto/);
    await e2e.control.clearRequests();
  };

  e2e.it('stays signed in with the key of the environment when the window is reloaded', async () => {
    await e2e.tree.waitForLabels(['einstein', 'curie'].sort());
    await e2e.window.reload();
    await e2e.window.openContainer('Celesto');
    await e2e.tree.waitForLabels(['einstein', 'curie'].sort());
  });

  e2e.it('asks nothing of the service before a key is chosen', async () => {
    await signOut();
    await e2e.tree.pressWelcomeButton('Sign In');
    await e2e.window.quickInput.waitForEntry('Use the key in CELESTO_API_KEY');
    assert.deepEqual(
      (await e2e.window.quickInput.entries()).map(({ label, description }) => `${label}: ${description}`),
      [`Use the key in CELESTO_API_KEY: ${host()}`, `${pasteTitle}: `],
    );
    await e2e.window.quickInput.cancel();
    assert.deepEqual(await e2e.control.requests(), []);
  });

  e2e.it('signs in with the key of the CLI, naming its owner and its host', async () => {
    logIn(`\uFEFF${credentials()}`, 0o600);
    await e2e.tree.pressWelcomeButton('Sign In');
    await e2e.window.quickInput.waitForEntry(cliTitle);
    const [entry] = await e2e.window.quickInput.entries();
    assert.equal(entry?.description, `ada@example.com, ${host()}`);
    await e2e.screenshot('keys');
    await e2e.window.quickInput.choose(cliTitle);
    await e2e.window.notifications.waitFor(toast);
    await e2e.window.notifications.close(toast);
    await e2e.tree.waitForLabels(['einstein', 'curie'].sort());
  });

  e2e.it('is signed out when the CLI signs out', async () => {
    rmSync(file());
    await e2e.window.runCommand('Celesto: Refresh Computers');
    await e2e.window.quickInput.waitFor('Sign In to Celesto');
    await e2e.window.quickInput.cancel();
    await e2e.tree.waitForWelcome(welcome);
  });

  for (const [name, content, mode, message] of [
    ['that others can read', credentials, 0o640, /credentials is not used: other users can read it\./],
    [
      'that is not JSON',
      () => '{"api_key": ',
      0o600,
      /It is not what the CLI writes\. Run "celesto auth login"/,
    ],
  ] as const)
    e2e.it(`says why it does not use a file ${name}, and offers the others`, async () => {
      logIn(content(), mode);
      await e2e.tree.pressWelcomeButton('Sign In');
      await e2e.window.notifications.waitFor(message);
      await e2e.window.quickInput.waitForEntry(pasteTitle);
      assert.deepEqual(await e2e.window.quickInput.labels(), ['Use the key in CELESTO_API_KEY', pasteTitle]);
      await e2e.window.quickInput.cancel();
      await e2e.window.notifications.close(message);
    });

  e2e.it('signs in with a pasted key, whatever else there is', async () => {
    const { quickInput } = e2e.window;
    await e2e.tree.pressWelcomeButton('Sign In');
    await quickInput.choose(pasteTitle);
    await quickInput.waitForMessage('Paste your API key.');
    await quickInput.fill(e2e.emulator.apiKey);
    await quickInput.accept();
    await e2e.window.notifications.waitFor(toast);
    await e2e.tree.waitForLabels(['einstein', 'curie'].sort());
    assert.deepEqual(e2e.window.errors, []);
  });
});
