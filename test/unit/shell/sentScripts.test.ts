import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { launchCommand } from '../../../src/shell/launchCommand';
import { loginShell } from '../../../src/shell/loginShell';
import { bashIntegration, fishIntegration, zshIntegration } from '../../../src/shell/shellIntegration';
import { endShellCommand, listShellsCommand } from '../../../src/shell/shellListing';

const size = { rows: 24, columns: 80 };
const nonce = "it's a nonce";
const tilde = "~/it's here";

/** Each text that is sent to a computer, and the file in sentScripts/ that holds what installed versions send. */
const sent: readonly [string, () => string | undefined][] = [
  ['launchAuto', () => launchCommand({ persistence: 'auto', name: 'a1', cwd: tilde, nonce: 'n0nce' }, size)],
  ['launchTmux', () => launchCommand({ persistence: 'tmux', name: 'a1', cwd: '', nonce: undefined }, size)],
  ['launchOff', () => launchCommand({ persistence: 'off', name: 'a1', cwd: '/srv', nonce: 'n0nce' }, size)],
  ['bashIntegration', () => bashIntegration(nonce)],
  ['zshIntegration', () => zshIntegration(nonce)],
  ['fishIntegration', () => fishIntegration(nonce)],
  ['loginShell', () => loginShell({ cwd: tilde, nonce: 'n0nce' })],
  ['loginShellPlain', () => loginShell({ cwd: '', nonce: undefined })],
  ['listShells', listShellsCommand],
  ['endTmuxShell', () => endShellCommand({ name: 'a1', persistedBy: 'tmux' })],
  ['endScreenShell', () => endShellCommand({ name: 'a1', persistedBy: 'screen' })],
];

describe('scripts of shells', () => {
  for (const [name, text] of sent)
    it(`sends ${name} byte for byte as before`, () => {
      const file = join(import.meta.dirname, 'sentScripts', `${name}.txt`);
      assert.equal(text(), readFileSync(file, 'utf8'));
    });
});
