import * as vscode from 'vscode';
import { describeError, type Log } from '../base/log';

/** Names of secrets begin with this. */
export const secretPrefix = 'celesto.apiKey';

export interface StoredKeysDeps {
  readonly secrets: vscode.SecretStorage;
  readonly memory: vscode.Memento;
  readonly log: Log;
}

/** Keeps the keys that the user entered in VS Code's secret store, each for the address it was entered for. */
export class StoredKeys {
  /** Keys that the secret store did not take, by address: such a sign-in lasts as long as the window. */
  private readonly windowKeys = new Map<string, string>();
  /** Keys that the secret store returned last, by address: used while the store fails. */
  private readonly lastRead = new Map<string, string | undefined>();
  private hasWarnedOfKeyring = false;

  constructor(private readonly deps: StoredKeysDeps) {}

  async get(origin: string): Promise<string | undefined> {
    try {
      this.lastRead.set(origin, await this.deps.secrets.get(secretKey(origin)));
    } catch (error) {
      this.reportFailure(error);
    }
    return this.lastRead.get(origin) ?? this.windowKeys.get(origin);
  }

  /** Tells, with a warning, of a key that the secret store has not returned yet. No other key must replace it. */
  isUnavailable(origin: string): boolean {
    if (this.lastRead.has(origin) || !this.deps.memory.get(storedKey(origin))) return false;
    if (!this.hasWarnedOfKeyring) {
      void vscode.window.showWarningMessage(
        vscode.l10n.t(
          'Your API key could not be read from the keyring of this machine. Unlock the keyring and refresh the list, or sign in again.',
        ),
      );
    }
    this.hasWarnedOfKeyring = true;
    return true;
  }

  async set(origin: string, apiKey: string): Promise<void> {
    try {
      await this.deps.secrets.store(secretKey(origin), apiKey);
      this.lastRead.set(origin, apiKey);
      await this.deps.memory.update(storedKey(origin), true);
    } catch (error) {
      this.reportFailure(error);
      this.windowKeys.set(origin, apiKey);
      void vscode.window.showWarningMessage(
        vscode.l10n.t(
          'This machine has no keyring, so you are signed in only until this window closes. To stay signed in, set up a keyring or the environment variable CELESTO_API_KEY.',
        ),
      );
    }
  }

  async delete(origin: string): Promise<void> {
    this.windowKeys.delete(origin);
    this.lastRead.delete(origin);
    await this.deps.memory.update(storedKey(origin), undefined);
    try {
      await this.deps.secrets.delete(secretKey(origin));
    } catch (error) {
      this.reportFailure(error);
    }
  }

  private reportFailure(error: unknown): void {
    this.deps.log.warn(`the secret store failed: ${describeError(error)}`);
  }
}

function secretKey(origin: string): string {
  return `${secretPrefix} ${origin}`;
}

/** Memento key of the fact that a key was stored for an address. */
function storedKey(origin: string): string {
  return `celesto.stored ${origin}`;
}
