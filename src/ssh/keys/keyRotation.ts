import type { CelestoClient } from '../../api/client';
import type { Computer } from '../../computers/computer';
import type { ConnectorDeps } from '../connection/connector';
import { tunnelRecord, type KnownComputers } from '../hostKeys/knownComputers';
import type { ExtensionKey } from './extensionKey';
import type { SshConfig } from '../sshConfig';
import { installRemoteSshd } from '../tunnel/remoteSshd';

export interface KeyRotationDeps {
  readonly extensionKey: ExtensionKey;
  readonly knownComputers: KnownComputers;
  readonly config: SshConfig;
  readonly client: Pick<CelestoClient, 'exec'>;
  readonly provision: ConnectorDeps['provision'];
}

/** Replaces our own key, and puts the new one where the old one was. */
export class KeyRotation {
  constructor(private readonly deps: KeyRotationDeps) {}

  /** The ids of the computers on which the present key was put, as far as this machine knows. */
  async computersWithKey(): Promise<string[]> {
    const { knownComputers, extensionKey } = this.deps;
    const { publicLine } = await extensionKey.get();
    const names = knownComputers.names.filter(
      (name) => knownComputers.get(name)?.installedKey === publicLine,
    );
    return [...new Set(names.map((name) => name.split(' ')[0] ?? name))];
  }

  /** Makes the new key. Where the old one still is, the next connection replaces it. */
  async rotate(): Promise<void> {
    await this.deps.extensionKey.rotate();
  }

  /**
   * Replaces the key at once on a computer that is running.
   * @throws ApiError, NoHelperError, Error with the computer's reason, or the signal's reason
   */
  async replaceKeyOn(computer: Computer, signal: AbortSignal): Promise<void> {
    const { client, config, provision, knownComputers, extensionKey } = this.deps;
    const { publicLine, retired } = await extensionKey.get();
    const isOld = (name: string): boolean => {
      const installed = knownComputers.get(name)?.installedKey;
      return installed !== undefined && installed !== publicLine;
    };
    if (isOld(computer.id) && computer.ssh !== undefined) {
      const { user } = await config.endpoint(computer);
      const { keyInstalled, refusal } = await provision(computer, { user, publicLine, retired }, signal);
      if (!keyInstalled) throw new Error(refusal);
      knownComputers.update(computer.id, { installedKey: publicLine });
    }
    const tunnel = tunnelRecord(computer.id);
    if (isOld(tunnel)) {
      await installRemoteSshd(client, computer.id, { publicLine, retired }, signal);
      knownComputers.update(tunnel, { installedKey: publicLine });
    }
  }
}
