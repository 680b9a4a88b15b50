import * as vscode from 'vscode';
import type { Account } from '../../account/account';
import { isApiError } from '../../api/apiErrors';
import type { User } from '../../api/wire';
import { isCancellation } from '../../base/abort';
import { DisposableStore } from '../../base/disposable';
import { messageOf } from '../../base/errors';
import { printable } from '../../base/text';

/** Fetches the user of an API key. @throws ApiError when the service rejects the key */
export type CheckKey = (apiKey: string, signal: AbortSignal) => Promise<User>;

/**
 * Asks for an API key and checks it while the input is open, so that the user can correct it there.
 * @returns the user of the key; undefined when the input is closed
 */
export function askForApiKey(account: Account, checkKey: CheckKey): Promise<User | undefined> {
  return new Promise((resolve) => new ApiKeyInput(account, checkKey, resolve).show());
}

class ApiKeyInput {
  private readonly box = vscode.window.createInputBox();
  private readonly disposables = new DisposableStore();
  private readonly closed = new AbortController();
  private user: User | undefined;

  constructor(
    private readonly account: Account,
    private readonly checkKey: CheckKey,
    private readonly resolve: (user: User | undefined) => void,
  ) {}

  show(): void {
    const { box, disposables } = this;
    box.title = vscode.l10n.t('Sign In to Celesto');
    box.password = true;
    box.ignoreFocusOut = true;
    box.prompt = this.account.environmentKey
      ? vscode.l10n.t('Paste your API key, or leave this empty to use the one in CELESTO_API_KEY.')
      : vscode.l10n.t('Paste your API key. It is at celesto.ai under Settings, Security.');
    disposables.add(box.onDidChangeValue(() => (box.validationMessage = undefined)));
    disposables.add(box.onDidAccept(() => void this.accept()));
    disposables.add(box.onDidHide(() => this.finish()));
    disposables.add(box);
    box.show();
  }

  private async accept(): Promise<void> {
    const { box } = this;
    const apiKey = box.value.trim() || this.account.environmentKey;
    if (!apiKey || box.busy) return;
    box.busy = true;
    box.enabled = false;
    box.validationMessage = undefined;
    try {
      const user = await this.checkKey(apiKey, this.closed.signal);
      await this.account.signIn(apiKey);
      this.user = user;
      box.hide();
    } catch (error) {
      if (isCancellation(error)) return;
      box.validationMessage = messageFor(error);
    } finally {
      box.busy = false;
      box.enabled = true;
    }
  }

  private finish(): void {
    this.closed.abort();
    this.disposables.dispose();
    this.resolve(this.user);
  }
}

function messageFor(error: unknown): string {
  if (isApiError(error, 'auth', 'forbidden')) {
    return vscode.l10n.t('Celesto did not accept this key. Check that you copied all of it.');
  }
  return printable(messageOf(error));
}
