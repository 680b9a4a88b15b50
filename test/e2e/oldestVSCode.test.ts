import { describe } from 'node:test';
import { E2eHarness } from './e2eHarness';
import { openAndExitTests } from './openAndExit.suite';

describe('in the oldest supported VS Code', () => {
  const e2e = new E2eHarness('oldestVSCode', {
    vscode: 'floor',
    seed: [{ name: 'einstein' }, { name: 'curie', status: 'stopped' }],
  });

  openAndExitTests(e2e, 'curie');

  e2e.it('the user signs out of the key of the environment, and in with it again', async () => {
    const { quickInput } = e2e.window;
    await e2e.window.runCommand('Celesto: Sign Out');
    await e2e.tree.waitForWelcome('Sign in with a Celesto API key to see your computers.');
    await e2e.tree.pressWelcomeButton('Sign In');
    await quickInput.waitFor('Sign In to Celesto');
    await quickInput.choose('Use the key in CELESTO_API_KEY');
    await e2e.row('einstein').waitFor();
  });
});
