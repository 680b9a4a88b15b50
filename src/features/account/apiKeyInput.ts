import * as vscode from 'vscode';
import type { Account } from '../../account/account';
import type { ServiceAddress } from '../../account/serviceAddress';
import { isApiError } from '../../api/apiErrors';
import type { Credentials } from '../../api/http';
import type { User } from '../../api/wire';
import { isCancellation } from '../../base/abort';
import { DisposableStore } from '../../base/disposable';
import { messageOf } from '../../base/errors';
import { printable } from '../../base/text';

/** Fetches the user of an API key. @throws ApiError when the service rejects the key */
export type CheckKey = (credentials: Credentials, signal: AbortSignal) => Promise<User>;

export interface ApiKeyInputDeps {
  readonly account: Account;
  readonly checkKey: CheckKey;
  /** The address that the key is entered for. */
  readonly address: ServiceAddress;
}

/**
 * Asks for an API key and checks it while the input is open, so that the user can correct it there.
 * @returns the user of the key; undefined when the input is closed
 */
export function askForApiKey(deps: ApiKeyInputDeps): Promise<User | undefined> {
  return new Promise((resolve) => new ApiKeyInput(deps, resolve).show());
}

class ApiKeyInput {
  private readonly box = vscode.window.createInputBox();
  private readonly disposables = new DisposableStore();
  private readonly closed = new AbortController();
  private user: User | undefined;

  constructor(
    private readonly deps: ApiKeyInputDeps,
    private readonly resolve: (user: User | undefined) => void,
  ) {}

  show(): void {
    const { box, disposables } = this;
    box.title = vscode.l10n.t('Sign In to Celesto');
    box.password = true;
    box.ignoreFocusOut = true;
    box.prompt = vscode.l10n.t('Paste your API key. It is at celesto.ai under Settings, Security.');
    disposables.add(box.onDidChangeValue(() => (box.validationMessage = undefined)));
    disposables.add(box.onDidAccept(() => void this.accept()));
    disposables.add(box.onDidHide(() => this.finish()));
    disposables.add(box);
    box.show();
  }

  private async accept(): Promise<void> {
    const { box } = this;
    const { account, checkKey, address } = this.deps;
    const apiKey = box.value.trim();
    if (!apiKey || box.busy) return;
    box.busy = true;
    box.enabled = false;
    box.validationMessage = undefined;
    try {
      const user = await checkKey({ baseUrl: address.origin, apiKey }, this.closed.signal);
      await account.signIn(apiKey, address);
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
