import * as vscode from 'vscode';
import { isApiError } from '../../api/errors';
import type { User } from '../../api/wire';
import { isCancellation } from '../../base/abort';
import { DisposableStore } from '../../base/disposable';
import { printable } from '../../base/text';
import type { Account } from '../../account/account';

/** Finds out whom a key belongs to. Rejects when the service does not accept it. */
export type CheckKey = (apiKey: string, signal: AbortSignal) => Promise<User>;

/**
 * Asks for an API key and checks it while the box is open, so that a wrong one can be mended where it stands.
 * @returns whom the key belongs to; undefined when the person changed their mind
 */
export function askForApiKey(account: Account, check: CheckKey): Promise<User | undefined> {
  return new Promise((resolve) => new ApiKeyInput(account, check, resolve).show());
}

class ApiKeyInput {
  private readonly box = vscode.window.createInputBox();
  private readonly disposables = new DisposableStore();
  private readonly cancel = new AbortController();
  private user: User | undefined;

  constructor(
    private readonly account: Account,
    private readonly check: CheckKey,
    private readonly resolve: (user: User | undefined) => void,
  ) {}

  show(): void {
    const { box, disposables } = this;
    box.title = vscode.l10n.t('Sign In to Celesto');
    box.password = true;
    box.ignoreFocusOut = true;
    box.prompt = this.account.environmentKey
      ? vscode.l10n.t('Paste your API key. Leave the box empty to use the one in CELESTO_API_KEY.')
      : vscode.l10n.t('Paste your API key. You find it at celesto.ai under Settings, Security.');
    disposables.add(box.onDidChangeValue(() => (box.validationMessage = undefined)));
    disposables.add(box.onDidAccept(() => void this.accept()));
    disposables.add(box.onDidHide(() => this.done()));
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
      const user = await this.check(apiKey, this.cancel.signal);
      await this.account.signIn(apiKey);
      this.user = user;
      box.hide();
    } catch (error) {
      if (isCancellation(error)) return;
      box.validationMessage = explain(error);
    } finally {
      box.busy = false;
      box.enabled = true;
    }
  }

  private done(): void {
    this.cancel.abort();
    this.disposables.dispose();
    this.resolve(this.user);
  }
}

function explain(error: unknown): string {
  if (isApiError(error, 'auth', 'forbidden')) {
    return vscode.l10n.t('Celesto does not know this key. Check that it was copied whole.');
  }
  return printable(error instanceof Error ? error.message : String(error));
}
