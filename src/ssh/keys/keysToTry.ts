import { t } from '@vscode/l10n';
import type ssh2 from 'ssh2';
import type { ParsedKey } from 'ssh2';
import { messageOf } from '../../base/errors';
import { fingerprint } from '../hostKeys/fingerprint';
import { expandHome, type SshConfig } from '../sshConfig';
import type { KeyAttempt } from '../sshErrors';
import { Agent, type AgentTimeouts, defaultAgentAddress, defaultAgentTimeouts } from './agent';
import type { ExtensionKey } from './extensionKey';
import { readIdentityFile } from './identityFile';
import { type AskPassphrase, Passphrases } from './passphrases';
import { type SigningAgent, signingAgent } from './signer';

/** A key to authenticate with. */
export type Identity =
  | { readonly kind: 'file'; readonly name: string; readonly privateKey: string; readonly type: string }
  | {
      readonly kind: 'extension';
      readonly name: string;
      readonly privateKey: string;
      readonly publicLine: string;
    }
  /** Keys whose private half is in an agent, or under a passphrase. */
  | { readonly kind: 'signer'; readonly name: string; readonly signing: SigningAgent };

export interface IdentityDeps {
  readonly library: () => Promise<typeof ssh2>;
  readonly extensionKey: ExtensionKey;
  /** Setting celesto.ssh.identityFile; empty for none. */
  readonly identityFile: () => string;
  readonly config: SshConfig;
  readonly askPassphrase: AskPassphrase;
  readonly agentAddress?: () => string | undefined;
  readonly agentTimeouts?: AgentTimeouts;
}

/**
 * Lists the keys to try, in this order: the file in the setting, those of `~/.ssh/config`, the key of the extension,
 * those of the agent.
 */
export class IdentitySource {
  private readonly passphrases: Passphrases;

  constructor(private readonly deps: IdentityDeps) {
    this.passphrases = new Passphrases(deps.askPassphrase);
  }

  /**
   * Yields the keys one by one, so that an agent is contacted only when the keys before it were refused; a key that
   * cannot be used yields the reason. The extension's key comes before the agent's: an agent with many keys uses up the
   * attempts that a server allows (six by default), and may ask for a touch or a confirmation of each.
   * @param names host, name and id of the computer, which `~/.ssh/config` may refer to
   * @param signal aborts a question to the user
   */
  async *list(names: readonly string[], signal: AbortSignal): AsyncGenerator<Identity | KeyAttempt, void> {
    const agent = this.agent();
    const offered: ParsedKey[] = [];
    const { problem, identityFiles, identitiesOnly } = await this.readConfig(names);
    if (problem) yield problem;
    for (const path of this.paths(identityFiles))
      yield await this.identityFromFile(path, agent, signal, offered);
    yield await this.extensionIdentity();
    if (agent && !identitiesOnly) yield await this.identityFromAgent(agent, offered);
  }

  private paths(configured: readonly string[]): Set<string> {
    const setting = expandHome(this.deps.identityFile().trim(), this.deps.config.home());
    return new Set([...(setting === '' ? [] : [setting]), ...configured]);
  }

  /** Reads `~/.ssh/config`; a file that cannot be read is one more key that cannot be used. */
  private async readConfig(names: readonly string[]) {
    try {
      return { problem: undefined, ...(await this.deps.config.settings(names)) };
    } catch (error) {
      return { problem: unusable(this.deps.config.path, error), identityFiles: [], identitiesOnly: false };
    }
  }

  private async identityFromFile(
    path: string,
    agent: Agent | undefined,
    signal: AbortSignal,
    offered: ParsedKey[],
  ): Promise<Identity | KeyAttempt> {
    try {
      const library = await this.deps.library();
      const { passphrases } = this;
      const file = await readIdentityFile(path, { library, passphrases, agent, signal });
      if (file.key) offered.push(file.key);
      const name = file.key ? `${path} (${file.key.type}, ${fingerprintOf(file.key)})` : path;
      return file.kind === 'open'
        ? { kind: 'file', name, privateKey: file.text, type: file.key.type }
        : { kind: 'signer', name, signing: signingAgent(file.signer, library) };
    } catch (error) {
      return unusable(path, error);
    }
  }

  private async extensionIdentity(): Promise<Identity> {
    const pair = await this.deps.extensionKey.get();
    const { utils } = await this.deps.library();
    const key = utils.parseKey(pair.privateKey) as ParsedKey;
    return { kind: 'extension', name: t('the key of this extension ({0})', fingerprintOf(key)), ...pair };
  }

  private agent(): Agent | undefined {
    const {
      library,
      agentAddress = defaultAgentAddress,
      agentTimeouts: agentPatience = defaultAgentTimeouts,
    } = this.deps;
    const address = agentAddress();
    return address === undefined ? undefined : new Agent(address, library, agentPatience);
  }

  private async identityFromAgent(
    agent: Agent,
    offered: readonly ParsedKey[],
  ): Promise<Identity | KeyAttempt> {
    const name = t('the SSH agent at {0}', agent.address);
    try {
      const held = await agent.keys();
      const keys = held.filter(
        (key) => !offered.some((other) => fingerprintOf(other) === fingerprintOf(key)),
      );
      if (held.length === 0) throw new Error(t('it holds no keys'));
      if (keys.length === 0) throw new Error(t('it holds no other keys'));
      const signing = signingAgent(agent.only(keys), await this.deps.library());
      return { kind: 'signer', name: `${name} (${keys.map(describe).join(', ')})`, signing };
    } catch (error) {
      return unusable(name, error);
    }
  }
}

function unusable(key: string, error: unknown): KeyAttempt {
  return { key, outcome: 'unusable', reason: messageOf(error) };
}

function describe(key: ParsedKey): string {
  return [key.type, key.comment, fingerprintOf(key)].filter(Boolean).join(' ');
}

function fingerprintOf(key: ParsedKey): string {
  return fingerprint(key.getPublicSSH());
}
