import type { CelestoClient } from '../../api/client';
import type { Computer } from '../../computers/computer';
import type { SshConnectorDeps } from '../connection/sshConnector';
import type { KnownComputers, KnownServer } from '../hostKeys/knownComputers';
import type { SshConfig } from '../sshConfig';
import { installRemoteSshd } from '../tunnel/remoteSshd';
import type { ExtensionKey } from './extensionKey';

export interface KeyRotationDeps {
  readonly extensionKey: ExtensionKey;
  readonly knownComputers: KnownComputers;
  readonly config: SshConfig;
  readonly client: Pick<CelestoClient, 'exec'>;
  readonly provision: SshConnectorDeps['provision'];
}

/** Replaces the key of the extension, here and on the computers that hold it. */
export class KeyRotation {
  constructor(private readonly deps: KeyRotationDeps) {}

  /** Lists the ids of the computers on which this machine installed the current key. */
  async computersWithKey(): Promise<string[]> {
    const { knownComputers, extensionKey } = this.deps;
    const { publicLine } = await extensionKey.get();
    return knownComputers.ids.filter((id) => {
      const { ssh, tunnel } = knownComputers.get(id);
      return [ssh, tunnel].some((server) => server?.installedKey === publicLine);
    });
  }

  /** Generates the new key. A computer that still holds the old one gets it with its next connection. */
  async rotate(): Promise<void> {
    await this.deps.extensionKey.rotate();
  }

  /**
   * Replaces the key on a running computer now.
   * @throws ApiError, TunnelUnavailableError, Error with the computer's reason, or the signal's reason
   */
  async replaceKeyOn(computer: Computer, signal: AbortSignal): Promise<void> {
    const { client, config, provision, knownComputers, extensionKey } = this.deps;
    const { publicLine, retired } = await extensionKey.get();
    const isOutdated = (server: KnownServer | undefined): boolean =>
      server?.installedKey !== undefined && server.installedKey !== publicLine;
    if (isOutdated(knownComputers.get(computer.id).ssh) && computer.ssh !== undefined) {
      const { user } = await config.endpoint(computer);
      const { keyInstalled, refusal } = await provision(computer, { user, publicLine, retired }, signal);
      if (!keyInstalled) throw new Error(refusal);
      knownComputers.update(computer.id, 'ssh', { installedKey: publicLine });
    }
    if (isOutdated(knownComputers.get(computer.id).tunnel)) {
      await installRemoteSshd(client, computer.id, { publicLine, retired }, signal);
      knownComputers.update(computer.id, 'tunnel', { installedKey: publicLine });
    }
  }
}
