import { join } from 'node:path';
import { systemClock } from '../../../src/base/clock';
import type { Computer } from '../../../src/computers/computer';
import type { ShellRequest } from '../../../src/ssh/connection/connection';
import type { ChannelOptions, ConnectionPool } from '../../../src/ssh/connection/connectionPool';
import type { SshConnectorDeps } from '../../../src/ssh/connection/sshConnector';
import { defaultTimeouts, type SshTimeouts } from '../../../src/ssh/connection/timeouts';
import { createSsh } from '../../../src/ssh/createSsh';
import type { ConfirmHostKey } from '../../../src/ssh/hostKeys/hostKeyVerifier';
import { KnownComputers } from '../../../src/ssh/hostKeys/knownComputers';
import { lookUpKnownHost } from '../../../src/ssh/hostKeys/knownHosts';
import { ExtensionKey } from '../../../src/ssh/keys/extensionKey';
import type { KeyRotation } from '../../../src/ssh/keys/keyRotation';
import type { AskPassphrase } from '../../../src/ssh/keys/passphrases';
import { SshConfig } from '../../../src/ssh/sshConfig';
import { MemoryRecords, MemorySecrets } from '../../unit/ssh/support/memory';
import { RecordingLog } from '../../unit/support/recordingLog';
import type { Service } from './service';
import { Shell } from './shell';

export interface InstallationOptions {
  /** Value of the setting celesto.ssh.identityFile. */
  identityFile?: string;
  /** The socket of the user's agent. */
  agent?: string;
  /** The text of the user's known_hosts. */
  knownHosts?: string;
  /** The user's home folder, with their SSH configuration. */
  home?: string;
  /** Answers when the user is asked for a passphrase; by default they skip the key. */
  passphrases?: AskPassphrase;
  /** The user's answer to the question about a host key. */
  trusts?: boolean;
  timeouts?: Partial<SshTimeouts>;
  library?: SshConnectorDeps['library'];
  /** Instead of asking the computer over the API. */
  provision?: SshConnectorDeps['provision'];
}

/** All of src/ssh, wired as the extension wires it, as one user has it installed: it knows no computer yet. */
export class Installation {
  readonly records = new MemoryRecords();
  readonly secrets = new MemorySecrets();
  readonly log = new RecordingLog();
  readonly knownComputers = new KnownComputers(this.records);
  readonly extensionKey = new ExtensionKey(this.secrets, this.log);
  readonly questions: Parameters<ConfirmHostKey>[0][] = [];
  readonly pool: ConnectionPool;
  readonly rotation: KeyRotation;

  constructor(
    service: Service,
    readonly options: InstallationOptions = {},
  ) {
    const client: SshConnectorDeps['client'] = {
      exec: (...args) => service.client.exec(...args),
      terminal: (...args) => service.client.terminal(...args),
    };
    const config = new SshConfig(() => options.home ?? join(service.folder, 'no-home'));
    const ask: ConfirmHostKey = (question) => {
      this.questions.push(question);
      return Promise.resolve(options.trusts ?? false);
    };
    const { knownComputers, extensionKey, log } = this;
    const { pool, rotation } = createSsh({
      ...{ client, knownComputers, extensionKey, config, clock: systemClock, log },
      identityFile: () => this.options.identityFile ?? '',
      askPassphrase: options.passphrases ?? (() => Promise.resolve(undefined)),
      agentAddress: () => this.options.agent,
      agentTimeouts: { list: 1_000, sign: 1_000 },
      lookUpKnownHost: (endpoint, shown) =>
        Promise.resolve(lookUpKnownHost(this.options.knownHosts ?? '', endpoint, shown)),
      confirmHostKey: ask,
      timeouts: { ...defaultTimeouts, ...options.timeouts },
      library: options.library,
      provision: options.provision,
    });
    this.pool = pool;
    this.rotation = rotation;
    service.disposeAfterTests(this.pool);
  }

  /** Opens a shell in a terminal, as a terminal tab does. */
  async shell(computer: Computer, options: Partial<ChannelOptions & ShellRequest> = {}): Promise<Shell> {
    const { rows = 24, cols = 80, env = {}, command, ...given } = options;
    const channel = await this.pool.channel(
      computer,
      { signal: new AbortController().signal, timeoutMs: 0, ...given },
      (connection) => connection.shell({ rows, cols, term: 'xterm-256color', env, command }),
    );
    return new Shell(channel);
  }

  /** Opens a shell, sees that it answers, and leaves it again. @returns the computer's host name */
  async visit(computer: Computer, options: Partial<ChannelOptions> = {}): Promise<string> {
    const shell = await this.shell(computer, options);
    const name = await shell.run('hostname');
    await shell.exit();
    return name;
  }
}
