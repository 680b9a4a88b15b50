import * as vscode from 'vscode';
import { DisposableStore, toDisposable } from '../../base/disposable';
import type { AskPassphrase } from '../../ssh/keys/passphrases';

/** Asks for the passphrase of a key file. Escape skips the key; aborting the signal closes the input. */
export const askPassphrase: AskPassphrase = ({ path, accepted, triesLeft, wrong }, signal) => {
  const disposables = new DisposableStore();
  const box = disposables.add(vscode.window.createInputBox());
  box.title = vscode.l10n.t('Passphrase of {0}', path);
  box.prompt = accepted
    ? vscode.l10n.t(
        'The computer accepts the key in {0}. It stays unlocked in memory until this window closes. Press Escape to continue without it.',
        path,
      )
    : vscode.l10n.t(
        'The key in {0} has no readable public key, so it must be unlocked before it can be tried. It stays unlocked in memory until this window closes. Press Escape to continue without it.',
        path,
      );
  box.password = true;
  box.ignoreFocusOut = true;
  if (wrong) box.validationMessage = vscode.l10n.t('Wrong passphrase. Attempts left: {0}.', triesLeft);
  return new Promise((resolve) => {
    const hide = (): void => box.hide();
    signal.addEventListener('abort', hide, { once: true });
    disposables.add(toDisposable(() => signal.removeEventListener('abort', hide)));
    disposables.add(box.onDidChangeValue(() => (box.validationMessage = undefined)));
    disposables.add(
      box.onDidAccept(() => {
        resolve(box.value);
        box.hide();
      }),
    );
    disposables.add(
      box.onDidHide(() => {
        resolve(undefined);
        disposables.dispose();
      }),
    );
    box.show();
  });
};
