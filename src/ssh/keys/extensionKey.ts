import { t } from '@vscode/l10n';
import type { Disposable } from '../../base/disposable';
import { describeError, type Log } from '../../base/log';
import { loadSsh2 } from '../connection/loadSsh2';

/** Storage for secrets. VS Code's SecretStorage has this shape. */
export interface SecretStore {
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
  /** Fires for changes, also those of other windows. */
  readonly onDidChange?: (listener: (change: { readonly key: string }) => void) => Disposable;
}

export interface KeyPair {
  /** OpenSSH's private key format. */
  readonly privateKey: string;
  /** Line for `authorized_keys`, with its comment. */
  readonly publicLine: string;
  /** Public lines of the keys that it replaced, which may still be on computers and are to be removed there. */
  readonly retired: readonly string[];
}

const storageKey = 'celesto.ssh.ownKey';
const comment = 'celesto-vscode';
/** Limit for the remembered replaced keys. */
const maxRetired = 20;

/** The extension's own Ed25519 key, so that users need not manage keys. Generated on first use, kept in secret storage. */
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
   * Generates a new key, for all windows. The current one is remembered as retired.
   * @throws Error where it cannot be stored: the current one then stays in use
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

  /** Loads or generates the key. On a machine without a keyring it lives as long as the window. */
  private async loadOrGenerate(): Promise<KeyPair> {
    try {
      const stored = await this.loadStored();
      if (stored) return stored;
      const fresh = await generatePair();
      // Another window may store its own key at the same time: the stored one counts.
      if (!(await this.loadStored())) await this.secrets.store(storageKey, JSON.stringify(fresh));
      return (await this.loadStored()) ?? fresh;
    } catch (error) {
      this.log.warn(`the secret store failed, the SSH key is kept in memory only: ${describeError(error)}`);
      return generatePair();
    }
  }

  /** Returns undefined for a key that cannot be parsed, which is then replaced. */
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
    // ssh2 loses the zero byte that one public key in 256 begins with, and then cannot parse its own output.
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
