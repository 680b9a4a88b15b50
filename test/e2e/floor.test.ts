import { describe } from 'node:test';
import { Stage } from './support';
import { walk } from './walk';

describe('in the oldest VS Code that the extension is for', () => {
  const stage = new Stage('floor', {
    vscode: 'floor',
    seed: [{ name: 'einstein' }, { name: 'curie', status: 'stopped' }],
  });

  walk(stage, 'curie');
});
