import { t } from '@vscode/l10n';
import type { Disposable } from '../../base/disposable';
import { describeError, type Log } from '../../base/log';
import { loadSsh2 } from '../connection/loadSsh2';

/** Where secrets are kept. VS Code's SecretStorage has this shape. */
export interface SecretStore {
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
  /** Tells of changes, those made by other windows among them. */
  readonly onDidChange?: (listener: (change: { readonly key: string }) => void) => Disposable;
}

export interface KeyPair {
  /** In OpenSSH's private key format. */
  readonly privateKey: string;
  /** One line for `authorized_keys`, its comment included. */
  readonly publicLine: string;
  /** The lines of the keys it took the place of: they may still be on computers, and are to be taken off. */
  readonly retired: readonly string[];
}

const storageKey = 'celesto.ssh.ownKey';
const comment = 'celesto-vscode';
/** How many keys are remembered after their time. */
const maxRetired = 20;

/** The extension's own Ed25519 key, so that nobody has to manage keys. Made at first need, kept in the secret store. */
export class ExtensionKey implements Disposable {
  private pair: Promise<KeyPair> | undefined;
  private readonly changes: Disposable | undefined;

  constructor(
    private readonly secrets: SecretStore,
    private readonly log: Log,
  ) {
    this.changes = secrets.onDidChange?.(({ key }) => {
      if (key === storageKey) this.pair = undefined;
    });
  }

  dispose(): void {
    this.changes?.dispose();
  }

  get(): Promise<KeyPair> {
    this.pair ??= this.loadOrGenerate();
    return this.pair;
  }

  /**
   * Makes a new key, for this window and all others. The present one is remembered as retired.
   * @throws Error where it cannot be stored: then the present one stays in use
   */
  async rotate(): Promise<KeyPair> {
    const { publicLine, retired } = await this.get();
    const next = await generatePair([publicLine, ...retired].slice(0, maxRetired));
    try {
      await this.secrets.store(storageKey, JSON.stringify(next));
    } catch (error) {
      throw new Error(t('The new key could not be stored, so the old one stays in use.'), { cause: error });
    }
    this.pair = Promise.resolve(next);
    return next;
  }

  /** A machine without a keyring gets a key for as long as the window lives: less handy, but it works. */
  private async loadOrGenerate(): Promise<KeyPair> {
    try {
      const stored = await this.loadStored();
      if (stored) return stored;
      const fresh = await generatePair();
      // Another window may have stored its own meanwhile, or do so now: the stored one is the one that counts.
      if (!(await this.loadStored())) await this.secrets.store(storageKey, JSON.stringify(fresh));
      return (await this.loadStored()) ?? fresh;
    } catch (error) {
      this.log.warn(`the secret store failed, the SSH key is kept in memory only: ${describeError(error)}`);
      return generatePair();
    }
  }

  /** A key that cannot be read counts as none, and is replaced. */
  private async loadStored(): Promise<KeyPair | undefined> {
    const { utils } = await loadSsh2();
    const pair = parsePair(await this.secrets.get(storageKey));
    return pair && !(utils.parseKey(pair.privateKey) instanceof Error) ? pair : undefined;
  }
}

async function generatePair(retired: readonly string[] = []): Promise<KeyPair> {
  const { utils } = await loadSsh2();
  for (;;) {
    const pair = utils.generateKeyPairSync('ed25519', { comment });
    // ssh2 loses the zero byte that one public key in 256 begins with, and then cannot read its own work.
    if (!(utils.parseKey(pair.private) instanceof Error)) {
      return { privateKey: pair.private, publicLine: pair.public, retired };
    }
  }
}

function parsePair(json = 'null'): KeyPair | undefined {
  try {
    const pair = JSON.parse(json) as Partial<KeyPair> | null;
    if (!pair?.privateKey || !pair.publicLine) return undefined;
    return { privateKey: pair.privateKey, publicLine: pair.publicLine, retired: pair.retired ?? [] };
  } catch {
    return undefined;
  }
}
