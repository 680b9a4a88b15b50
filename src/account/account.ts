import type * as vscode from 'vscode';
import type { ApiError } from '../api/apiErrors';
import { BaseUrlError } from '../api/baseUrl';
import type { Credentials } from '../api/http';
import type { Organization } from '../api/wire';
import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import type { Log } from '../base/log';
import { Agreements } from './agreements';
import type { CliKey } from './cliKeys';
import { type FoundKey, FoundKeys, type FoundKeysDeps } from './foundKeys';
import { type KeySource, permissionFor } from './keyPermissions';
import { type ServiceAddress, serviceAddress, settingAddress } from './serviceAddress';
import { secretPrefix, StoredKeys } from './storedKeys';

export type AccountState =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'signedOut' }
  | { readonly kind: 'signedIn' }
  /** The service has rejected the key. */
  | { readonly kind: 'refused'; readonly reason: ApiError }
  /** The service address is not valid. */
  | { readonly kind: 'misconfigured'; readonly reason: BaseUrlError };

export interface AccountDeps extends FoundKeysDeps {
  readonly secrets: vscode.SecretStorage;
  readonly memory: vscode.Memento;
  readonly log: Log;
}

/** Stored keys. Contracts with installed versions. */
const signedOutKey = 'celesto.signedOut';
const cliSignInKey = 'celesto.cliSignIn';

/** The sign-in of the CLI that the user chose. The key itself stays in the CLI's file. */
type CliSignIn = Pick<CliKey, 'source' | 'origin'>;

/** A key in use. */
interface UsedKey {
  readonly source: KeySource;
  readonly origin: string;
  readonly apiKey: string;
}

/**
 * Holds the credentials for the service: its address, the key, the organization. The key is that of the CLI, if the user
 * chose it; else the one stored for the address; else that of the environment, once the user has agreed to it and until
 * the user signs out. A key is sent only to the address that it came with.
 */
export class Account implements Disposable {
  private readonly changes = new Emitter<AccountState>();
  private readonly switches = new Emitter<undefined>();
  private readonly secretsListener: Disposable;
  private readonly storedKeys: StoredKeys;
  private readonly foundKeys: FoundKeys;
  private readonly agreements: Agreements;
  private current: AccountState = { kind: 'unknown' };
  private latest: Credentials | undefined;
  /** Address and key that were last applied: a change by this window comes back as a change from outside. */
  private applied = '';

  /** Fires when the state, the key or the organization changes. */
  readonly onDidChange = this.changes.event;
  /** Fires before {@link onDidChange} when the loaded data belongs to another account. */
  readonly onDidSwitch = this.switches.event;

  constructor(private readonly deps: AccountDeps) {
    this.storedKeys = new StoredKeys(deps);
    this.agreements = new Agreements(deps.memory);
    this.foundKeys = new FoundKeys(deps, this.agreements);
    // Another window of this user may sign in or out.
    this.secretsListener = deps.secrets.onDidChange(({ key }) => {
      if (key.startsWith(secretPrefix)) void this.reload();
    });
  }

  get state(): AccountState {
    return this.current;
  }

  /** Keys that must never be written to a log. */
  secrets(): readonly string[] {
    return [this.latest?.apiKey ?? '', ...this.foundKeys.secrets()];
  }

  /** Reads the sign-in state from the secret store or the file of the CLI, without the network. */
  async load(): Promise<void> {
    const { state, applied } = await this.detect();
    const isSwitched = this.current.kind !== 'unknown' && applied !== this.applied;
    this.applied = applied;
    this.set(state, isSwitched);
  }

  /** Reads it again after the key or the address changed from outside. Does nothing before the first {@link load}. */
  async reload(): Promise<void> {
    if (this.current.kind !== 'unknown') await this.load();
  }

  /** Credentials for a call; undefined when signed out. */
  async credentials(): Promise<Credentials | undefined> {
    const key = await this.usedKey();
    if (key === undefined) {
      // The CLI has signed out.
      if (this.current.kind === 'signedIn' && this.cliSignIn !== undefined) void this.reload();
      return undefined;
    }
    const { origin: baseUrl, apiKey } = key;
    this.latest = { baseUrl, apiKey, organization: this.organization?.id };
    return this.latest;
  }

  /** Credentials of the last call, for a closing window, whose secret store may not answer any more. */
  get lastCredentials(): Credentials | undefined {
    return this.current.kind === 'signedIn' ? this.latest : undefined;
  }

  /** Tells where the key in use comes from; undefined when signed out. */
  async keySource(): Promise<KeySource | undefined> {
    return (await this.usedKey())?.source;
  }

  /**
   * Reads the address of the service: that of the CLI where the user signed in with its key.
   * @throws BaseUrlError
   */
  baseUrl(): string {
    return this.cliSignIn?.origin ?? this.enteredAddress().origin;
  }

  /**
   * Reads the address that a key is entered for.
   * @throws BaseUrlError
   */
  enteredAddress(): ServiceAddress {
    return serviceAddress(this.deps.baseUrl(), this.deps.environment);
  }

  /** Tells whether the user has to agree to an address before an entered key goes there. */
  asksBeforeEntry(address: ServiceAddress): boolean {
    return (
      permissionFor({ source: 'pasted' }, address) === 'asks' && !this.agreements.hasAddress(address.origin)
    );
  }

  /** Remembers that the user has agreed to an address. */
  async agreeToAddress({ origin }: ServiceAddress): Promise<void> {
    await this.agreements.addAddress(origin);
  }

  /** Lists the keys that Celesto's own tools have, with sentences about those that are not used. */
  async findKeys(): Promise<{ keys: FoundKey[]; problems: string[] }> {
    return this.foundKeys.list();
  }

  /** Signs in with a key that was entered for an address and validated there. */
  async signIn(apiKey: string, { origin } = this.enteredAddress()): Promise<void> {
    await this.begin(origin, apiKey);
    await this.deps.memory.update(cliSignInKey, undefined);
    await this.storedKeys.set(origin, apiKey);
    this.set({ kind: 'signedIn' }, true);
  }

  /** Signs in with a key that was found, that the user agreed to, and that was validated. It is not stored. */
  async signInWith({ source, apiKey, address: { origin } }: FoundKey): Promise<void> {
    await this.begin(origin, apiKey);
    await this.agreements.addKey({ source, origin, apiKey });
    const signIn: CliSignIn | undefined = source === 'environment' ? undefined : { source, origin };
    await this.deps.memory.update(cliSignInKey, signIn);
    await this.storedKeys.delete(origin);
    this.set({ kind: 'signedIn' }, true);
  }

  async signOut(): Promise<void> {
    const baseUrl = this.baseUrl();
    await this.deps.memory.update(signedOutKey, true);
    await this.deps.memory.update(cliSignInKey, undefined);
    await this.forgetOrganizations(baseUrl);
    this.applied = `${this.address ?? ''} `;
    await this.storedKeys.delete(baseUrl);
    this.set({ kind: 'signedOut' }, true);
  }

  get organization(): Organization | undefined {
    const { address } = this;
    return address === undefined ? undefined : this.deps.memory.get<Organization>(organizationKey(address));
  }

  /** Remembers the organizations of the user, as the service listed them last. */
  async rememberOrganizations(organizations: readonly Organization[]): Promise<void> {
    await this.deps.memory.update(organizationsKey(this.baseUrl()), organizations.length);
  }

  /** Tells whether the user is known to have several organizations. */
  get hasSeveralOrganizations(): boolean {
    const { address } = this;
    const count = address === undefined ? undefined : this.deps.memory.get<number>(organizationsKey(address));
    return this.organization !== undefined || (count ?? 0) > 1;
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

  /** The sign-in of the CLI that the user chose, unless the setting names another address by now. @throws BaseUrlError */
  private get cliSignIn(): CliSignIn | undefined {
    const signIn = this.deps.memory.get<CliSignIn>(cliSignInKey);
    if (signIn === undefined) return undefined;
    const setting = settingAddress(this.deps.baseUrl());
    return setting === undefined || setting.origin === signIn.origin ? signIn : undefined;
  }

  private async usedKey(): Promise<UsedKey | undefined> {
    const { cliSignIn } = this;
    if (cliSignIn !== undefined) return this.cliKey(cliSignIn);
    const { origin } = this.enteredAddress();
    const apiKey = await this.storedKeys.get(origin);
    if (apiKey !== undefined) return { source: 'stored', origin, apiKey };
    if (this.storedKeys.isUnavailable(origin) || this.deps.memory.get(signedOutKey)) return undefined;
    const found = this.foundKeys.agreedEnvironmentKey();
    return found && { source: found.source, origin, apiKey: found.apiKey };
  }

  private async cliKey({ source, origin }: CliSignIn): Promise<UsedKey | undefined> {
    const found = await this.foundKeys.agreedCliKey(source, origin);
    return found && { source, origin, apiKey: found.apiKey };
  }

  /** Ends the sign-in before a new one for the same address. */
  private async begin(origin: string, apiKey: string): Promise<void> {
    await this.deps.memory.update(signedOutKey, undefined);
    await this.forgetOrganizations(origin);
    this.applied = `${origin} ${apiKey}`;
  }

  private async forgetOrganizations(origin: string): Promise<void> {
    await this.deps.memory.update(organizationKey(origin), undefined);
    await this.deps.memory.update(organizationsKey(origin), undefined);
  }

  /** Detects the state, with the address and the key to apply. */
  private async detect(): Promise<{ state: AccountState; applied: string }> {
    try {
      const key = await this.usedKey();
      if (key === undefined) return { state: { kind: 'signedOut' }, applied: `${this.baseUrl()} ` };
      return { state: { kind: 'signedIn' }, applied: `${key.origin} ${key.apiKey}` };
    } catch (error) {
      if (!(error instanceof BaseUrlError)) throw error;
      return { state: { kind: 'misconfigured', reason: error }, applied: '' };
    }
  }

  private set(state: AccountState, switched: boolean): void {
    const same = state.kind === this.current.kind;
    this.current = state;
    if (switched) this.switches.fire(undefined);
    if (switched || !same) this.changes.fire(state);
  }
}

function organizationKey(baseUrl: string): string {
  return `celesto.organization ${baseUrl}`;
}

/** Memento key of the number of the user's organizations. */
function organizationsKey(baseUrl: string): string {
  return `celesto.organizations ${baseUrl}`;
}
