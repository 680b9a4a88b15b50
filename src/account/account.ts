import * as vscode from 'vscode';
import { BaseUrlError, defaultBaseUrl, parseBaseUrl } from '../api/baseUrl';
import type { ApiError } from '../api/errors';
import type { Credentials } from '../api/http';
import type { Organization } from '../api/wire';
import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import { describeError, type Log } from '../base/log';

export type AccountState =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'signedOut' }
  | { readonly kind: 'signedIn' }
  /** The service did not accept the key. */
  | { readonly kind: 'refused'; readonly reason: ApiError }
  /** The service address cannot be used. */
  | { readonly kind: 'misconfigured'; readonly reason: BaseUrlError };

export interface AccountDeps {
  readonly secrets: vscode.SecretStorage;
  readonly memory: vscode.Memento;
  /** The address in the settings, where a person set one. */
  readonly baseUrl: () => string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
}

const signedOutKey = 'celesto.signedOut';

/**
 * Who calls the service: where it is, the key, the organization. A stored key belongs to the address it was given for
 * and is never sent to another one. Without a stored key the one in `CELESTO_API_KEY` counts, until a person signs out.
 */
export class Account implements Disposable {
  private readonly changes = new Emitter<AccountState>();
  private readonly switches = new Emitter<undefined>();
  private readonly secretsListener: Disposable;
  private current: AccountState = { kind: 'unknown' };
  /** Kept where the secret store does not take them, by address, so that a sign-in lasts as long as the window. */
  private readonly fallback = new Map<string, string>();
  /** What the secret store gave last, by address: it holds while the store does not answer. */
  private readonly lastStored = new Map<string, string | undefined>();
  private toldOfKeyring = false;
  private latest: Credentials | undefined;
  /** The address and the key that were last told of: what this window did itself comes back as a change from outside. */
  private told = '';

  /** Fires when the state, the key or the organization changes. */
  readonly onDidChange = this.changes.event;
  /** Fires before {@link onDidChange} when what was known belongs to somebody else now. */
  readonly onDidSwitch = this.switches.event;

  constructor(private readonly parts: AccountDeps) {
    // Another window may sign in or out.
    this.secretsListener = parts.secrets.onDidChange(({ key }) => {
      if (key.startsWith('celesto.apiKey')) void this.reload();
    });
  }

  get state(): AccountState {
    return this.current;
  }

  /** The key in the environment, if there is one. */
  get environmentKey(): string | undefined {
    const key = this.parts.environment.CELESTO_API_KEY?.trim();
    return key === '' ? undefined : key;
  }

  /** What must never be written to a log. */
  secrets(): readonly string[] {
    return [this.latest?.apiKey ?? '', this.environmentKey ?? ''];
  }

  /** Finds out who is signed in. Touches the secret store, not the network. */
  async load(): Promise<void> {
    this.set(await this.look(), false);
  }

  /** The same after the key or the address changed from outside. Does nothing before somebody wanted to know. */
  async reload(): Promise<void> {
    if (this.current.kind === 'unknown') return;
    const before = this.told;
    const state = await this.look();
    this.set(state, this.told !== before);
  }

  /** What to call the service with; undefined when signed out. */
  async credentials(): Promise<Credentials | undefined> {
    const baseUrl = this.baseUrl();
    const apiKey = await this.apiKey(baseUrl);
    if (apiKey === undefined) return undefined;
    this.latest = { baseUrl, apiKey, organization: this.organization?.id };
    return this.latest;
  }

  /** Those that were used last, for a window that closes: its secret store may not answer any more. */
  get lastCredentials(): Credentials | undefined {
    return this.current.kind === 'signedIn' ? this.latest : undefined;
  }

  /**
   * The address of the service.
   * @throws BaseUrlError
   */
  baseUrl(): string {
    const { baseUrl, environment } = this.parts;
    const candidates = [baseUrl(), environment.CELESTO_BASE_URL].map((text) => text?.trim());
    return parseBaseUrl(candidates.find(Boolean) ?? defaultBaseUrl);
  }

  /** Takes a key that was found good. */
  async signIn(apiKey: string): Promise<void> {
    const baseUrl = this.baseUrl();
    await this.parts.memory.update(signedOutKey, undefined);
    await this.parts.memory.update(organizationKey(baseUrl), undefined);
    this.told = `${baseUrl} ${apiKey}`;
    if (apiKey === this.environmentKey) await this.forget(baseUrl);
    else await this.store(baseUrl, apiKey);
    this.set({ kind: 'signedIn' }, true);
  }

  async signOut(): Promise<void> {
    const baseUrl = this.baseUrl();
    this.told = `${baseUrl} `;
    await this.parts.memory.update(signedOutKey, true);
    await this.parts.memory.update(organizationKey(baseUrl), undefined);
    await this.forget(baseUrl);
    this.set({ kind: 'signedOut' }, true);
  }

  get organization(): Organization | undefined {
    const { address } = this;
    return address === undefined ? undefined : this.parts.memory.get<Organization>(organizationKey(address));
  }

  /** Whose the list of computers is: the address and the organization. */
  get owner(): string {
    return `${this.address ?? ''} ${this.organization?.id ?? ''}`;
  }

  /** Works in another organization from now on; undefined: the one that the key belongs to. */
  async setOrganization(organization: Organization | undefined): Promise<void> {
    await this.parts.memory.update(organizationKey(this.baseUrl()), organization);
    this.set(this.current, true);
  }

  /** The service did not accept these: leads back to sign-in, unless others are in use by now. */
  rejectCredentials(reason: ApiError, { baseUrl, apiKey, organization }: Credentials): void {
    const inUse = this.told === `${baseUrl} ${apiKey}` && this.organization?.id === organization;
    if (inUse && this.current.kind === 'signedIn') this.set({ kind: 'refused', reason }, true);
  }

  dispose(): void {
    this.secretsListener.dispose();
    this.switches.dispose();
    this.changes.dispose();
  }

  /** The address of the service, where it can be used. */
  private get address(): string | undefined {
    try {
      return this.baseUrl();
    } catch {
      return undefined;
    }
  }

  private async apiKey(baseUrl: string): Promise<string | undefined> {
    const stored = (await this.stored(baseUrl)) ?? this.fallback.get(baseUrl);
    if (stored !== undefined) return stored;
    if (this.isOutOfReach(baseUrl)) return undefined;
    return this.parts.memory.get(signedOutKey) ? undefined : this.environmentKey;
  }

  private async stored(baseUrl: string): Promise<string | undefined> {
    try {
      this.lastStored.set(baseUrl, await this.parts.secrets.get(secretKey(baseUrl)));
    } catch (error) {
      this.parts.log.warn(`the secret store failed: ${describeError(error)}`);
    }
    return this.lastStored.get(baseUrl);
  }

  /** True where a key was stored that the secret store has not given yet. Nobody works as somebody else meanwhile. */
  private isOutOfReach(baseUrl: string): boolean {
    if (this.lastStored.has(baseUrl) || !this.parts.memory.get(storedKey(baseUrl))) return false;
    if (!this.toldOfKeyring) {
      void vscode.window.showWarningMessage(
        vscode.l10n.t(
          'The keyring of this machine does not give your API key, so you are not signed in. Unlock it and refresh the list, or sign in again.',
        ),
      );
    }
    this.toldOfKeyring = true;
    return true;
  }

  private async store(baseUrl: string, apiKey: string): Promise<void> {
    try {
      await this.parts.secrets.store(secretKey(baseUrl), apiKey);
      this.lastStored.set(baseUrl, apiKey);
      await this.parts.memory.update(storedKey(baseUrl), true);
    } catch (error) {
      this.parts.log.warn(`the secret store failed: ${describeError(error)}`);
      this.fallback.set(baseUrl, apiKey);
      void vscode.window.showWarningMessage(
        vscode.l10n.t(
          'This machine has no keyring, so you are signed in only until this window closes. To stay signed in, set up a keyring, or CELESTO_API_KEY in the environment.',
        ),
      );
    }
  }

  private async forget(baseUrl: string): Promise<void> {
    this.fallback.delete(baseUrl);
    this.lastStored.delete(baseUrl);
    await this.parts.memory.update(storedKey(baseUrl), undefined);
    try {
      await this.parts.secrets.delete(secretKey(baseUrl));
    } catch (error) {
      this.parts.log.warn(`the secret store failed: ${describeError(error)}`);
    }
  }

  private async look(): Promise<AccountState> {
    try {
      const baseUrl = this.baseUrl();
      const key = await this.apiKey(baseUrl);
      this.told = `${baseUrl} ${key ?? ''}`;
      return key === undefined ? { kind: 'signedOut' } : { kind: 'signedIn' };
    } catch (error) {
      if (!(error instanceof BaseUrlError)) throw error;
      this.told = '';
      return { kind: 'misconfigured', reason: error };
    }
  }

  private set(state: AccountState, switched: boolean): void {
    const same = state.kind === this.current.kind;
    this.current = state;
    if (switched) this.switches.fire(undefined);
    if (switched || !same) this.changes.fire(state);
  }
}

function secretKey(baseUrl: string): string {
  return `celesto.apiKey ${baseUrl}`;
}

/** Under it stands whether a key was stored for an address. */
function storedKey(baseUrl: string): string {
  return `celesto.stored ${baseUrl}`;
}

function organizationKey(baseUrl: string): string {
  return `celesto.organization ${baseUrl}`;
}
