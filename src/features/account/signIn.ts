import * as vscode from 'vscode';
import type { Account } from '../../account/account';
import type { FoundKey } from '../../account/foundKeys';
import { hostOf, type ServiceAddress } from '../../account/serviceAddress';
import { isApiError } from '../../api/apiErrors';
import type { User } from '../../api/wire';
import { cancellation } from '../../base/abort';
import type { Clock } from '../../base/clock';
import { withProgress } from '../../ui/progress';
import { confirm, warn } from '../../ui/prompts';
import { askForApiKey, type CheckKey } from './apiKeyInput';
import { describeKey, labelOf, refusalOf } from './foundKeyTexts';

export interface SignInDeps {
  readonly account: Account;
  readonly checkKey: CheckKey;
  readonly clock: Clock;
}

/** Signs in with a key that Celesto's own tools have, or with a pasted one. A key is used only after the user chose it. */
export class SignIn {
  constructor(private readonly deps: SignInDeps) {}

  /**
   * Asks for a key: straight for a pasted one where no other is found.
   * @returns the user of the key; undefined when the input is closed
   * @throws a cancellation when the user chooses nothing, BaseUrlError for an unusable address
   */
  async run(): Promise<User | undefined> {
    const { keys, problems } = await this.deps.account.findKeys();
    for (const problem of problems) void warn(problem);
    const key = keys.length === 0 ? undefined : await chooseKey(keys);
    return key === undefined ? this.paste() : this.use(key);
  }

  private async paste(): Promise<User | undefined> {
    const { account, checkKey } = this.deps;
    // Throws for an unusable address before the user pastes a key.
    const address = account.enteredAddress();
    await this.agreeTo(address, vscode.l10n.t('Send your API key to {0}?', hostOf(address.origin)));
    return askForApiKey({ account, checkKey, address });
  }

  private async use(key: FoundKey): Promise<User> {
    const { account, checkKey, clock } = this.deps;
    const { origin } = key.address;
    const question = vscode.l10n.t('Send the key in CELESTO_API_KEY to {0}?', hostOf(origin));
    await this.agreeTo(key.address, question);
    const credentials = { baseUrl: origin, apiKey: key.apiKey };
    const check = (signal: AbortSignal) => checkKey(credentials, signal);
    try {
      const user = await withProgress(clock, vscode.l10n.t('Signing in to {0}…', hostOf(origin)), check);
      await account.signInWith(key);
      return user;
    } catch (error) {
      throw isApiError(error, 'auth') ? new Error(refusalOf(key), { cause: error }) : error;
    }
  }

  /** Asks once about an address out of the environment. @throws a cancellation when the user declines */
  private async agreeTo(address: ServiceAddress, question: string): Promise<void> {
    const { account } = this.deps;
    if (!account.asksBeforeEntry(address)) return;
    const detail = vscode.l10n.t(
      'The environment variable {0} names this address. Whoever answers there can use the key.',
      address.source,
    );
    if (await confirm({ question, detail, action: vscode.l10n.t('Send Key') })) {
      await account.agreeToAddress(address);
      return;
    }
    const next = vscode.l10n.t(
      'Not signed in: no key was sent to {0}. To use another address, unset {1} or set celesto.baseUrl.',
      hostOf(address.origin),
      address.source,
    );
    void warn(next);
    throw cancellation();
  }
}

interface KeyItem extends vscode.QuickPickItem {
  readonly key: FoundKey | undefined;
}

/** Asks which key to use. @returns undefined for a pasted one @throws a cancellation when the user chooses nothing */
async function chooseKey(keys: readonly FoundKey[]): Promise<FoundKey | undefined> {
  const found: KeyItem[] = keys.map((key) => ({
    iconPath: new vscode.ThemeIcon('key'),
    label: labelOf(key),
    description: describeKey(key),
    key,
  }));
  const paste: KeyItem = {
    iconPath: new vscode.ThemeIcon('clippy'),
    label: vscode.l10n.t('Paste an API key'),
    key: undefined,
  };
  const chosen = await vscode.window.showQuickPick([...found, paste], {
    title: vscode.l10n.t('Sign In to Celesto'),
    placeHolder: vscode.l10n.t('Select the key to use'),
    ignoreFocusOut: true,
  });
  if (chosen === undefined) throw cancellation();
  return chosen.key;
}
