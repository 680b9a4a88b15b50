import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { t } from '@vscode/l10n';
import type ssh2 from 'ssh2';
import type { ParsedKey, PublicKeyEntry } from 'ssh2';
import { abortable } from '../util/cancel';
import type { Attempt } from './errors';
import { fingerprint } from './fingerprint';
import type { OwnKey } from './ownKey';

/** One way to prove who we are. */
export type Identity =
  | { readonly kind: 'file'; readonly name: string; readonly privateKey: string; readonly type: string }
  | { readonly kind: 'own'; readonly name: string; readonly privateKey: string; readonly publicLine: string }
  | { readonly kind: 'agent'; readonly name: string; readonly address: string };

/** The keys to try, and in which order: the file the person named, our own key, then those of the agent. */
export class IdentitySource {
  constructor(
    private readonly library: () => Promise<typeof ssh2>,
    private readonly ownKey: OwnKey,
    /** The path in celesto.ssh.identityFile; empty for none. */
    private readonly identityFile: () => string,
    private readonly agentAddress: () => string | undefined = defaultAgentAddress,
    /** Milliseconds an agent may take to name its keys. */
    private readonly agentPatience = 5_000,
  ) {}

  /**
   * Gives the keys one by one, so that an agent is asked only when the keys before it were refused; in between, why a
   * key cannot be tried. Our own key comes before the agent's: an agent with many keys uses up the tries a server
   * allows (six by default), and may ask its owner to touch or to confirm each of them.
   */
  async *list(): AsyncGenerator<Identity | Attempt, void> {
    yield* await this.fromFile();
    yield await this.own();
    yield* await this.agent();
  }

  private async own(): Promise<Identity> {
    const pair = await this.ownKey.get();
    const { utils } = await this.library();
    const key = utils.parseKey(pair.privateKey) as ParsedKey;
    return { kind: 'own', name: t('the key of this extension ({0})', print(key)), ...pair };
  }

  private async fromFile(): Promise<(Identity | Attempt)[]> {
    const path = expandHome(this.identityFile().trim());
    if (path === '') return [];
    try {
      const privateKey = await readFile(path, 'utf8');
      const { utils } = await this.library();
      const key = utils.parseKey(privateKey);
      if (key instanceof Error) return [unusable(path, whyUnreadable(key))];
      const [first] = [key].flat();
      if (!first?.isPrivateKey()) return [unusable(path, t('it is a public key'))];
      return [
        { kind: 'file', name: `${path} (${first.type}, ${print(first)})`, privateKey, type: first.type },
      ];
    } catch (error) {
      return [unusable(path, error instanceof Error ? error.message : String(error))];
    }
  }

  private async agent(): Promise<(Identity | Attempt)[]> {
    const address = this.agentAddress();
    if (address === undefined) return [];
    const name = t('the SSH agent at {0}', address);
    try {
      const keys = await this.agentKeys(address);
      if (keys.length === 0) return [unusable(name, t('it holds no keys'))];
      return [{ kind: 'agent', name: `${name} (${keys.join(', ')})`, address }];
    } catch (error) {
      return [unusable(name, error instanceof Error ? error.message : String(error))];
    }
  }

  private async agentKeys(address: string): Promise<string[]> {
    const { createAgent, utils } = await this.library();
    const listed = new Promise<(ParsedKey | Buffer | string | PublicKeyEntry)[]>((resolve, reject) => {
      createAgent(address).getIdentities((error, list) => {
        if (error) reject(error);
        else resolve(list ?? []);
      });
    });
    const limit = AbortSignal.timeout(this.agentPatience);
    const keys = await abortable(listed, limit).catch((error: unknown) => {
      throw limit.aborted ? new Error(t('it does not answer')) : error;
    });
    return keys
      .map((key) => utils.parseKey(key as Buffer))
      .map((key) => (key instanceof Error ? t('an unreadable key') : describe(key)));
  }
}

/** The agent of this machine: `SSH_AUTH_SOCK`, or OpenSSH's pipe on Windows. */
function defaultAgentAddress(): string | undefined {
  if (process.env.SSH_AUTH_SOCK) return process.env.SSH_AUTH_SOCK;
  return process.platform === 'win32' ? String.raw`\\.\pipe\openssh-ssh-agent` : undefined;
}

function unusable(key: string, reason: string): Attempt {
  return { key, outcome: 'unusable', reason };
}

function whyUnreadable(error: Error): string {
  return /passphrase|encrypted/i.test(error.message)
    ? t('it is protected by a passphrase; add it to your SSH agent with ssh-add')
    : t('{0}; if it is a private key, "ssh-keygen -p -f" rewrites it in the usual format', error.message);
}

function describe(key: ParsedKey): string {
  return [key.type, key.comment, print(key)].filter(Boolean).join(' ');
}

function print(key: ParsedKey): string {
  return fingerprint(key.getPublicSSH());
}

function expandHome(path: string): string {
  return /^~[/\\]/.test(path) ? join(homedir(), path.slice(2)) : path;
}
