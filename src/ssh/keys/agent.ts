import { t } from '@vscode/l10n';
import type ssh2 from 'ssh2';
import type { ParsedKey, SigningRequestOptions } from 'ssh2';
import { abortable } from '../../base/abort';
import type { Signer } from './signer';

/** Time limits of an SSH agent, in milliseconds. */
export interface AgentTimeouts {
  /** Listing its keys. */
  readonly list: number;
  /** Signing: it may ask the user for a confirmation or a touch. */
  readonly sign: number;
}

export const defaultAgentTimeouts: AgentTimeouts = { list: 5_000, sign: 60_000 };

/** An SSH agent, for one connection. It is not contacted before its keys are needed. */
export class Agent implements Signer {
  private listed: Promise<readonly ParsedKey[]> | undefined;

  constructor(
    readonly address: string,
    private readonly library: () => Promise<typeof ssh2>,
    private readonly timeouts: AgentTimeouts,
  ) {}

  /** Lists its keys once, without those of types that ssh2 does not know. */
  keys(): Promise<readonly ParsedKey[]> {
    this.listed ??= this.list();
    return this.listed;
  }

  /** True where it holds a key; false where it does not, or does not answer. */
  async holds(key: ParsedKey): Promise<boolean> {
    const keys = await this.keys().catch(() => []);
    return keys.some((held) => held.getPublicSSH().equals(key.getPublicSSH()));
  }

  /** Returns a signer for some of its keys. */
  only(keys: readonly ParsedKey[]): Signer {
    return { keys: () => Promise.resolve(keys), sign: (...request) => this.sign(...request) };
  }

  async sign(key: ParsedKey, data: Buffer, options: SigningRequestOptions): Promise<Buffer> {
    const { createAgent } = await this.library();
    const signed = new Promise<Buffer>((resolve, reject) => {
      createAgent(this.address).sign(key, data, options, (error, signature) => {
        if (signature) resolve(signature);
        else reject(new Error(t('it did not sign with {0}', key.comment || key.type), { cause: error }));
      });
    });
    return withTimeout(signed, this.timeouts.sign);
  }

  private async list(): Promise<readonly ParsedKey[]> {
    const { createAgent, utils } = await this.library();
    const listed = new Promise<readonly unknown[]>((resolve, reject) => {
      createAgent(this.address).getIdentities((error, list) => {
        if (error) reject(error);
        else resolve(list ?? []);
      });
    });
    const keys = await withTimeout(listed, this.timeouts.list);
    return keys.flatMap((key) => {
      const parsed = utils.parseKey(key as Buffer);
      return parsed instanceof Error ? [] : [parsed];
    });
  }
}

async function withTimeout<T>(answer: Promise<T>, timeoutMs: number): Promise<T> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    return await abortable(answer, timeout);
  } catch (error) {
    throw timeout.aborted ? new Error(t('it does not answer')) : error;
  }
}

/** Address of this machine's agent: `SSH_AUTH_SOCK`, or OpenSSH's pipe on Windows. */
export function defaultAgentAddress(): string | undefined {
  if (process.env.SSH_AUTH_SOCK) return process.env.SSH_AUTH_SOCK;
  return process.platform === 'win32' ? String.raw`\\.\pipe\openssh-ssh-agent` : undefined;
}
