import * as vscode from 'vscode';
import type { ApiError } from '../api/apiErrors';
import { BaseUrlError, defaultBaseUrl, parseBaseUrl } from '../api/baseUrl';
import type { Credentials } from '../api/http';
import type { Organization } from '../api/wire';
import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import { describeError, type Log } from '../base/log';

export type AccountState =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'signedOut' }
  | { readonly kind: 'signedIn' }
  /** The service has rejected the key. */
  | { readonly kind: 'refused'; readonly reason: ApiError }
  /** The service address is not valid. */
  | { readonly kind: 'misconfigured'; readonly reason: BaseUrlError };

export interface AccountDeps {
  readonly secrets: vscode.SecretStorage;
  readonly memory: vscode.Memento;
  /** The service address of the settings, if set. */
  readonly baseUrl: () => string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
}

const signedOutKey = 'celesto.signedOut';

/**
 * Holds the credentials for the service: its address, the key, the organization. A stored key belongs to the address it
 * was entered for and is never sent to another one. Without a stored key the one in `CELESTO_API_KEY` is used, until the
 * user signs out.
 */
export class Account implements Disposable {
  private readonly changes = new Emitter<AccountState>();
  private readonly switches = new Emitter<undefined>();
  private readonly secretsListener: Disposable;
  private current: AccountState = { kind: 'unknown' };
  /** Keys that the secret store did not take, by address: such a sign-in lasts as long as the window. */
  private readonly windowKeys = new Map<string, string>();
  /** Keys that the secret store returned last, by address: used while the store fails. */
  private readonly lastStored = new Map<string, string | undefined>();
  private hasWarnedOfKeyring = false;
  private latest: Credentials | undefined;
  /** Address and key that were last applied: a change by this window comes back as a change from outside. */
  private applied = '';

  /** Fires when the state, the key or the organization changes. */
  readonly onDidChange = this.changes.event;
  /** Fires before {@link onDidChange} when the loaded data belongs to another account. */
  readonly onDidSwitch = this.switches.event;

  constructor(private readonly deps: AccountDeps) {
    // Another window of this user may sign in or out.
    this.secretsListener = deps.secrets.onDidChange(({ key }) => {
      if (key.startsWith('celesto.apiKey')) void this.reload();
    });
  }

  get state(): AccountState {
    return this.current;
  }

  /** The key in the environment, if there is one. */
  get environmentKey(): string | undefined {
    const key = this.deps.environment.CELESTO_API_KEY?.trim();
    return key === '' ? undefined : key;
  }

  /** Keys that must never be written to a log. */
  secrets(): readonly string[] {
    return [this.latest?.apiKey ?? '', this.environmentKey ?? ''];
  }

  /** Reads the sign-in state from the secret store, without the network. */
  async load(): Promise<void> {
    this.set(await this.detectState(), false);
  }

  /** Reads it again after the key or the address changed from outside. Does nothing before the first {@link load}. */
  async reload(): Promise<void> {
    if (this.current.kind === 'unknown') return;
    const before = this.applied;
    const state = await this.detectState();
    this.set(state, this.applied !== before);
  }

  /** Credentials for a call; undefined when signed out. */
  async credentials(): Promise<Credentials | undefined> {
    const baseUrl = this.baseUrl();
    const apiKey = await this.apiKey(baseUrl);
    if (apiKey === undefined) return undefined;
    this.latest = { baseUrl, apiKey, organization: this.organization?.id };
    return this.latest;
  }

  /** Credentials of the last call, for a closing window, whose secret store may not answer any more. */
  get lastCredentials(): Credentials | undefined {
    return this.current.kind === 'signedIn' ? this.latest : undefined;
  }

  /**
   * Reads the address of the service.
   * @throws BaseUrlError
   */
  baseUrl(): string {
    const { baseUrl, environment } = this.deps;
    const candidates = [baseUrl(), environment.CELESTO_BASE_URL].map((text) => text?.trim());
    return parseBaseUrl(candidates.find(Boolean) ?? defaultBaseUrl);
  }

  /** Signs in with a key that was validated. */
  async signIn(apiKey: string): Promise<void> {
    const baseUrl = this.baseUrl();
    await this.deps.memory.update(signedOutKey, undefined);
    await this.deps.memory.update(organizationKey(baseUrl), undefined);
    this.applied = `${baseUrl} ${apiKey}`;
    if (apiKey === this.environmentKey) await this.forget(baseUrl);
    else await this.store(baseUrl, apiKey);
    this.set({ kind: 'signedIn' }, true);
  }

  async signOut(): Promise<void> {
    const baseUrl = this.baseUrl();
    this.applied = `${baseUrl} `;
    await this.deps.memory.update(signedOutKey, true);
    await this.deps.memory.update(organizationKey(baseUrl), undefined);
    await this.forget(baseUrl);
    this.set({ kind: 'signedOut' }, true);
  }

  get organization(): Organization | undefined {
    const { address } = this;
    return address === undefined ? undefined : this.deps.memory.get<Organization>(organizationKey(address));
  }

  /** Identifies the owner of the list of computers: the address and the organization. */
  get owner(): string {
    return `${this.address ?? ''} ${this.organization?.id ?? ''}`;
  }

  /** Switches to another organization; undefined for the one that the key belongs to. */
  async setOrganization(organization: Organization | undefined): Promise<void> {
    await this.deps.memory.update(organizationKey(this.baseUrl()), organization);
    this.set(this.current, true);
  }

  /** Asks for a new sign-in after the service has rejected credentials, unless others are in use by now. */
  rejectCredentials(reason: ApiError, { baseUrl, apiKey, organization }: Credentials): void {
    const inUse = this.applied === `${baseUrl} ${apiKey}` && this.organization?.id === organization;
    if (inUse && this.current.kind === 'signedIn') this.set({ kind: 'refused', reason }, true);
  }

  dispose(): void {
    this.secretsListener.dispose();
    this.switches.dispose();
    this.changes.dispose();
  }

  /** The address of the service, if it is valid. */
  private get address(): string | undefined {
    try {
      return this.baseUrl();
    } catch {
      return undefined;
    }
  }

  private async apiKey(baseUrl: string): Promise<string | undefined> {
    const stored = (await this.stored(baseUrl)) ?? this.windowKeys.get(baseUrl);
    if (stored !== undefined) return stored;
    if (this.isKeyUnavailable(baseUrl)) return undefined;
    return this.deps.memory.get(signedOutKey) ? undefined : this.environmentKey;
  }

  private async stored(baseUrl: string): Promise<string | undefined> {
    try {
      this.lastStored.set(baseUrl, await this.deps.secrets.get(secretKey(baseUrl)));
    } catch (error) {
      this.deps.log.warn(`the secret store failed: ${describeError(error)}`);
    }
    return this.lastStored.get(baseUrl);
  }

  /** True for a stored key that the secret store has not returned yet. The environment's key must not replace it. */
  private isKeyUnavailable(baseUrl: string): boolean {
    if (this.lastStored.has(baseUrl) || !this.deps.memory.get(storedKey(baseUrl))) return false;
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

  private async store(baseUrl: string, apiKey: string): Promise<void> {
    try {
      await this.deps.secrets.store(secretKey(baseUrl), apiKey);
      this.lastStored.set(baseUrl, apiKey);
      await this.deps.memory.update(storedKey(baseUrl), true);
    } catch (error) {
      this.deps.log.warn(`the secret store failed: ${describeError(error)}`);
      this.windowKeys.set(baseUrl, apiKey);
      void vscode.window.showWarningMessage(
        vscode.l10n.t(
          'This machine has no keyring, so you are signed in only until this window closes. To stay signed in, set up a keyring or the environment variable CELESTO_API_KEY.',
        ),
      );
    }
  }

  private async forget(baseUrl: string): Promise<void> {
    this.windowKeys.delete(baseUrl);
    this.lastStored.delete(baseUrl);
    await this.deps.memory.update(storedKey(baseUrl), undefined);
    try {
      await this.deps.secrets.delete(secretKey(baseUrl));
    } catch (error) {
      this.deps.log.warn(`the secret store failed: ${describeError(error)}`);
    }
  }

  private async detectState(): Promise<AccountState> {
    try {
      const baseUrl = this.baseUrl();
      const key = await this.apiKey(baseUrl);
      this.applied = `${baseUrl} ${key ?? ''}`;
      return key === undefined ? { kind: 'signedOut' } : { kind: 'signedIn' };
    } catch (error) {
      if (!(error instanceof BaseUrlError)) throw error;
      this.applied = '';
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

/** Memento key of the fact that a key was stored for an address. */
function storedKey(baseUrl: string): string {
  return `celesto.stored ${baseUrl}`;
}

function organizationKey(baseUrl: string): string {
  return `celesto.organization ${baseUrl}`;
}
