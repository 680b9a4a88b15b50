import { describeError, type Log } from '../util/log';
import { loadSsh2 } from './library';

/** Where secrets are kept. VS Code's SecretStorage has this shape. */
export interface SecretStore {
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
}

export interface KeyPair {
  /** In OpenSSH's private key format. */
  readonly privateKey: string;
  /** One line for `authorized_keys`, its comment included. */
  readonly publicLine: string;
}

const secretName = 'celesto.ssh.ownKey';
const comment = 'celesto-vscode';

/** The extension's own Ed25519 key, so that nobody has to manage keys. Made at first need, kept in the secret store. */
export class OwnKey {
  private pair: Promise<KeyPair> | undefined;

  constructor(
    private readonly secrets: SecretStore,
    private readonly log: Log,
  ) {}

  get(): Promise<KeyPair> {
    this.pair ??= this.load();
    return this.pair;
  }

  /** A machine without a keyring gets a key for as long as the window lives: less handy, but it works. */
  private async load(): Promise<KeyPair> {
    try {
      const stored = await this.stored();
      if (stored) return stored;
      const fresh = await generate();
      // Another window may have stored its own meanwhile, or do so now: the stored one is the one that counts.
      if (!(await this.stored())) await this.secrets.store(secretName, JSON.stringify(fresh));
      return (await this.stored()) ?? fresh;
    } catch (error) {
      this.log.warn(`the secret store failed, the SSH key is kept in memory only: ${describeError(error)}`);
      return generate();
    }
  }

  /** A key that cannot be read counts as none, and is replaced. */
  private async stored(): Promise<KeyPair | undefined> {
    const { utils } = await loadSsh2();
    const pair = parse(await this.secrets.get(secretName));
    return pair && !(utils.parseKey(pair.privateKey) instanceof Error) ? pair : undefined;
  }
}

async function generate(): Promise<KeyPair> {
  const { utils } = await loadSsh2();
  for (;;) {
    const pair = utils.generateKeyPairSync('ed25519', { comment });
    // ssh2 loses the zero byte that one public key in 256 begins with, and then cannot read its own work.
    if (!(utils.parseKey(pair.private) instanceof Error)) {
      return { privateKey: pair.private, publicLine: pair.public };
    }
  }
}

function parse(json = 'null'): KeyPair | undefined {
  try {
    const pair = JSON.parse(json) as Partial<KeyPair> | null;
    return pair?.privateKey && pair.publicLine ? (pair as KeyPair) : undefined;
  } catch {
    return undefined;
  }
}
