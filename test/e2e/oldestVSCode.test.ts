import { describe } from 'node:test';
import { E2eHarness } from './e2eHarness';
import { openAndExitTests } from './openAndExit.suite';

describe('in the oldest VS Code that the extension is for', () => {
  const stage = new E2eHarness('floor', {
    vscode: 'floor',
    seed: [{ name: 'einstein' }, { name: 'curie', status: 'stopped' }],
  });

  openAndExitTests(stage, 'curie');

  stage.it('a person signs out of the key of the environment, and in with it again', async () => {
    const { quickInput } = stage.window;
    await stage.window.runCommand('Celesto: Sign Out');
    await stage.tree.waitForWelcome('Sign in with a Celesto API key to see your computers.');
    await stage.tree.pressWelcomeButton('Sign In');
    await quickInput.waitFor('Sign In to Celesto');
    await quickInput.waitForMessage('leave this empty to use the one in CELESTO_API_KEY.');
    await quickInput.accept();
    await stage.row('einstein').waitFor();
  });
});
