import { t } from '@vscode/l10n';
import type { CelestoClient } from '../../api/client';
import type { Computer } from '../../computers/computer';
import type { Endpoint } from '../connection/endpoint';
import type { SshStream, SshTransport } from '../connection/sshTransport';
import type { KnownComputers } from '../hostKeys/knownComputers';
import type { ExtensionKey } from '../keys/extensionKey';
import { CachedProvisioner } from '../provisioning/cachedProvisioner';
import { dialTunnel } from './dialTunnel';
import { installRemoteSshd, type RemoteSshdLocation, TunnelUnavailableError } from './remoteSshd';

export interface TunnelDeps {
  readonly client: Pick<CelestoClient, 'exec' | 'terminal'>;
  readonly extensionKey: ExtensionKey;
  readonly knownComputers: KnownComputers;
}

/**
 * Carries SSH through the terminal gateway, to an sshd on the computer that is started for one connection. Installing
 * that sshd also gives its host key; later connections use the installed one.
 */
export class TunnelTransport implements SshTransport {
  readonly name = 'tunnel';
  readonly provisioner: CachedProvisioner;

  /** @param signal aborts the installation of the sshd */
  constructor(
    readonly computer: Computer,
    private readonly deps: TunnelDeps,
    signal: AbortSignal,
  ) {
    this.provisioner = new CachedProvisioner(async () => {
      const { client, extensionKey, knownComputers } = deps;
      const keys = await extensionKey.get();
      const { hostKey, user, folder } = await installRemoteSshd(client, computer.id, keys, signal);
      const facts = { installedKey: keys.publicLine, helper: { user, folder } };
      knownComputers.update(computer.id, 'tunnel', facts);
      return { hostKeys: [hostKey], keyInstalled: true };
    });
  }

  /** @throws TunnelUnavailableError, GatewayError, GatewayAddressError, ApiError, or the signal's reason */
  async dial(signal: AbortSignal): Promise<SshStream> {
    const location = this.storedLocation;
    if (!location) return this.dialTo(this.install(), signal);
    try {
      return await this.dialTo(Promise.resolve(location), signal);
    } catch (error) {
      if (!(error instanceof TunnelUnavailableError)) throw error;
      // The files were removed, or the computer lost them: install them again.
      return this.dialTo(this.install(), signal);
    }
  }

  private get storedLocation(): RemoteSshdLocation | undefined {
    return this.deps.knownComputers.get(this.computer.id).tunnel?.helper;
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
