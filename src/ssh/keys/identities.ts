import { t } from '@vscode/l10n';
import type ssh2 from 'ssh2';
import type { ParsedKey } from 'ssh2';
import { Agent, defaultAgentAddress, defaultAgentTimeouts, type AgentTimeouts } from './agent';
import type { KeyAttempt } from '../errors';
import { fingerprint } from '../hostKeys/fingerprint';
import { readIdentityFile } from './identityFile';
import type { ExtensionKey } from './extensionKey';
import { Passphrases, type AskPassphrase } from './passphrases';
import { signingAgent, type SigningAgent } from './signer';
import { expandHome, type SshConfig } from '../sshConfig';

/** One way to prove who we are. */
export type Identity =
  | { readonly kind: 'file'; readonly name: string; readonly privateKey: string; readonly type: string }
  | { readonly kind: 'own'; readonly name: string; readonly privateKey: string; readonly publicLine: string }
  /** Keys that sign elsewhere: in an agent, or once a passphrase was given. */
  | { readonly kind: 'signer'; readonly name: string; readonly signing: SigningAgent };

export interface IdentityDeps {
  readonly library: () => Promise<typeof ssh2>;
  readonly extensionKey: ExtensionKey;
  /** The path in celesto.ssh.identityFile; empty for none. */
  readonly identityFile: () => string;
  readonly config: SshConfig;
  readonly askPassphrase: AskPassphrase;
  readonly agentAddress?: () => string | undefined;
  readonly agentTimeouts?: AgentTimeouts;
}

/**
 * The keys to try, and in which order: the file that the settings name, those of `~/.ssh/config`, our own key, then
 * those of the agent.
 */
export class IdentitySource {
  private readonly passphrases: Passphrases;

  constructor(private readonly deps: IdentityDeps) {
    this.passphrases = new Passphrases(deps.askPassphrase);
  }

  /**
   * Gives the keys one by one, so that an agent is asked only when the keys before it were refused; in between, why a
   * key cannot be tried. Our own key comes before the agent's: an agent with many keys uses up the tries a server
   * allows (six by default), and may ask its owner to touch or to confirm each of them.
   * @param names of the computer, as `~/.ssh/config` may speak of it: its host, its name, its id
   * @param signal aborted when nobody waits for the answer of a person any more
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

  /** A configuration that cannot be read keeps nobody out. */
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
    return { kind: 'own', name: t('the key of this extension ({0})', fingerprintOf(key)), ...pair };
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
  return { key, outcome: 'unusable', reason: error instanceof Error ? error.message : String(error) };
}

function describe(key: ParsedKey): string {
  return [key.type, key.comment, fingerprintOf(key)].filter(Boolean).join(' ');
}

function fingerprintOf(key: ParsedKey): string {
  return fingerprint(key.getPublicSSH());
}
