import { readFile, stat } from 'node:fs/promises';
import { t } from '@vscode/l10n';
import type ssh2 from 'ssh2';
import type { ParsedKey, SigningRequestOptions } from 'ssh2';
import { fingerprint, parsePublicKey } from '../hostKeys/fingerprint';
import type { Agent } from './agent';
import { readKey } from './keyFormats';
import type { Passphrases } from './passphrases';
import type { Signer } from './signer';

/** A key file that can be used. */
export type IdentityFile =
  | { readonly kind: 'open'; readonly text: string; readonly key: ParsedKey }
  /** The private half is in an agent, or under a passphrase that is asked for once the server accepts the key. */
  | { readonly kind: 'signer'; readonly signer: Signer; readonly key: ParsedKey | undefined };

export interface IdentityFileDeps {
  readonly library: typeof ssh2;
  readonly passphrases: Passphrases;
  readonly agent: Agent | undefined;
  /** Aborts the question for a passphrase. */
  readonly signal: AbortSignal;
}

/**
 * Reads a key file.
 * @throws Error whose message is the reason for which the key cannot be used
 */
export async function readIdentityFile(path: string, deps: IdentityFileDeps): Promise<IdentityFile> {
  const { agent, library } = deps;
  const text = await readFile(path, 'utf8');
  const found = readKey(library.utils, text);
  if (found.kind === 'unreadable') throw new Error(unreadable(found.reason));
  if (found.kind === 'public') {
    if (!agent || !(await agent.holds(found.key)))
      throw new Error(t('it is a public key, and no SSH agent holds the private one'));
    return { kind: 'signer', signer: agent.only([found.key]), key: found.key };
  }
  await refuseIfOthersCanRead(path);
  if (found.kind === 'private') return { kind: 'open', text: found.text, key: found.key };
  const key = found.publicHalf ?? (await readPublicHalf(path, library));
  return { kind: 'signer', signer: new LockedKey(path, text, key, deps), key };
}

/** Refuses a private key that other users can read, as OpenSSH does. */
async function refuseIfOthersCanRead(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const { mode, uid } = await stat(path);
  if (uid !== process.getuid?.() || (mode & 0o077) === 0) return;
  throw new Error(
    t('other users of this machine may read it, so it is not safe; run: chmod 600 "{0}"', path),
  );
}

/** Reads the `.pub` file that ssh-keygen writes beside a private key. */
async function readPublicHalf(path: string, { utils }: typeof ssh2): Promise<ParsedKey | undefined> {
  const line = await readFile(`${path}.pub`, 'utf8').catch(() => '');
  const key = parsePublicKey(line) && utils.parseKey(line);
  return key instanceof Error ? undefined : key;
}

function unreadable(reason: string): string {
  return t('{0}; if it is a private key, "ssh-keygen -p -f" rewrites it in the usual format', reason);
}

/** A key under a passphrase, which is unlocked to sign. */
class LockedKey implements Signer {
  constructor(
    private readonly path: string,
    private readonly text: string,
    private readonly publicHalf: ParsedKey | undefined,
    private readonly deps: IdentityFileDeps,
  ) {}

  /** Lists the public half. Where no file has it, the key is unlocked at once, since it cannot be offered without. */
  async keys(): Promise<readonly ParsedKey[]> {
    return [this.publicHalf ?? (await this.unlock())];
  }

  /** Signs by the agent where that holds the key, so that no passphrase is needed. */
  async sign(key: ParsedKey, data: Buffer, options: SigningRequestOptions): Promise<Buffer> {
    const { agent } = this.deps;
    if (await agent?.holds(key)) {
      const signed = await agent?.sign(key, data, options).catch(() => undefined);
      if (signed) return signed;
    }
    const unlocked = await this.unlock();
    if (fingerprint(unlocked.getPublicSSH()) !== fingerprint(key.getPublicSSH()))
      throw new Error(t('the file {0} belongs to another key', `${this.path}.pub`));
    const signature: unknown = unlocked.sign(data, options.hash);
    if (signature instanceof Error) throw signature;
    return signature as Buffer;
  }

  private unlock(): Promise<ParsedKey> {
    const { library, passphrases, signal } = this.deps;
    const open = (passphrase: string): ParsedKey | undefined => {
      const found = readKey(library.utils, this.text, passphrase);
      return found.kind === 'private' ? found.key : undefined;
    };
    const { path, text } = this;
    return passphrases.unlock({ path, text, accepted: this.publicHalf !== undefined }, open, signal);
  }
}
