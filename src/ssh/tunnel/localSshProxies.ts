import { t } from '@vscode/l10n';
import type { Disposable } from '../../base/disposable';
import type { Log } from '../../base/log';
import type { Computer } from '../../computers/computer';
import { quoted } from '../keys/authorizedKeys';
import { OpensshFiles } from './opensshFiles';
import { ProxyServer } from './proxyServer';
import { TunnelUnavailableError } from './remoteSshd';
import { type TunnelDeps, TunnelTransport } from './tunnelTransport';

export interface LocalSshProxyDeps extends TunnelDeps {
  readonly log: Log;
  /** Private folder of the extension, for the files of OpenSSH. */
  readonly folder: string;
}

/** Proxies on this machine, through which any SSH client reaches computers that only the tunnel leads to. */
export class LocalSshProxies implements Disposable {
  private readonly servers = new Map<string, Promise<ProxyServer>>();
  private files: OpensshFiles | undefined;

  constructor(private readonly deps: LocalSshProxyDeps) {}

  /**
   * Starts the proxy to a running computer, which runs until dispose().
   * @returns a command for a terminal of this machine that connects through it
   * @throws TunnelUnavailableError, ApiError, or the signal's reason
   */
  async open(computer: Computer, signal: AbortSignal): Promise<string> {
    const { extensionKey, knownComputers, folder } = this.deps;
    const transport = new TunnelTransport(computer, this.deps, signal);
    const [hostKey] = (await transport.provisioner.get()).hostKeys;
    const user = knownComputers.get(computer.id).tunnel?.helper?.user;
    if (!hostKey || !user) throw new TunnelUnavailableError(t('its SSH helper did not start'));
    const { port } = await this.serverFor(computer);
    this.files ??= new OpensshFiles(folder);
    const { privateKey } = await extensionKey.get();
    const alias = this.files.add({ id: computer.id, name: computer.name, user, port, hostKey }, privateKey);
    return `ssh -F ${quotePath(this.files.config)} ${alias}`;
  }

  dispose(): void {
    for (const server of this.servers.values())
      server.then(
        (open) => open.dispose(),
        () => undefined,
      );
    this.servers.clear();
    this.files?.dispose();
    this.files = undefined;
  }

  /** Starts one server for each computer, also for concurrent calls. */
  private serverFor(computer: Computer): Promise<ProxyServer> {
    const { id } = computer;
    const running = this.servers.get(id);
    if (running) return running;
    const dial = async (signal: AbortSignal) =>
      (await new TunnelTransport(computer, this.deps, signal).dial(signal)).stream;
    const server = ProxyServer.open(dial, this.deps.log);
    this.servers.set(id, server);
    server.catch(() => this.servers.delete(id));
    return server;
  }
}

/** Quotes a path for the shells of this machine: `sh`, or on Windows both cmd and PowerShell. */
export function quotePath(path: string, platform = process.platform): string {
  return platform === 'win32' ? `"${path}"` : quoted(path);
}
