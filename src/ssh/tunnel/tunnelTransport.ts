import { t } from '@vscode/l10n';
import type { CelestoClient } from '../../api/client';
import type { Computer } from '../../computers/computer';
import type { Endpoint } from '../connection/endpoint';
import { Provisioner } from '../provisioning/provisioner';
import { tunnelRecord, type KnownComputers } from '../hostKeys/knownComputers';
import type { ExtensionKey } from '../keys/extensionKey';
import type { SshStream, SshTransport } from '../connection/sshTransport';
import { dialTunnel } from './dialTunnel';
import { installRemoteSshd, TunnelUnavailableError, type RemoteSshdLocation } from './remoteSshd';

export interface TunnelDeps {
  readonly client: Pick<CelestoClient, 'exec' | 'terminal'>;
  readonly extensionKey: ExtensionKey;
  readonly knownComputers: KnownComputers;
}

/**
 * Through the terminal gateway, to an SSH server that the helper on the computer starts for this connection alone. Who
 * put the helper there knows the host key already, and need not put it there again the next time.
 */
export class TunnelTransport implements SshTransport {
  readonly recordName: string;
  readonly provisioner: Provisioner;

  /** @param signal ends the setting up of the helper */
  constructor(
    readonly computer: Computer,
    private readonly deps: TunnelDeps,
    signal: AbortSignal,
  ) {
    this.recordName = tunnelRecord(computer.id);
    this.provisioner = new Provisioner(async () => {
      const { client, extensionKey, knownComputers } = deps;
      const keys = await extensionKey.get();
      const { hostKey, user, folder } = await installRemoteSshd(client, computer.id, keys, signal);
      knownComputers.update(this.recordName, { installedKey: keys.publicLine, helper: { user, folder } });
      return { hostKeys: [hostKey], keyInstalled: true };
    });
  }

  /** @throws NoHelperError, GatewayError, GatewayAddressError, ApiError, or the signal's reason */
  async dial(signal: AbortSignal): Promise<SshStream> {
    const remembered = this.storedLocation;
    if (!remembered) return this.dialTo(this.install(), signal);
    try {
      return await this.dialTo(Promise.resolve(remembered), signal);
    } catch (error) {
      if (!(error instanceof TunnelUnavailableError)) throw error;
      // Somebody took it away, or the computer lost its files.
      return this.dialTo(this.install(), signal);
    }
  }

  private get storedLocation(): RemoteSshdLocation | undefined {
    return this.deps.knownComputers.get(this.recordName)?.helper;
  }

  private async install(): Promise<RemoteSshdLocation> {
    await this.provisioner.get();
    if (!this.storedLocation) throw new TunnelUnavailableError(t('its SSH helper did not start'));
    return this.storedLocation;
  }

  private async dialTo(location: Promise<RemoteSshdLocation>, signal: AbortSignal): Promise<SshStream> {
    const stream = await dialTunnel(this.deps.client, this.computer.id, location, signal);
    const { user } = await location;
    const endpoint: Endpoint = { user, host: this.computer.name, port: 22, through: 'gateway' };
    return { stream, endpoint };
  }
}
