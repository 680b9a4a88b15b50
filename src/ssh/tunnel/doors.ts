import { t } from '@vscode/l10n';
import type { Computer } from '../../computers/computer';
import type { Disposable } from '../../base/disposable';
import type { Log } from '../../base/log';
import { quoted } from '../keys/authorizedKeys';
import { ClientFiles } from './clientFiles';
import { NoHelperError } from './helper';
import { TunnelListener } from './tunnelListener';
import { TunnelTransport, type TunnelDeps } from './tunnelTransport';

export interface DoorsParts extends TunnelDeps {
  readonly log: Log;
  /** A folder of ours, where files may be put. */
  readonly folder: string;
}

/** Doors on this machine to computers that are reached by their terminal gateway alone, for any SSH client. */
export class Doors implements Disposable {
  private readonly listeners = new Map<string, Promise<TunnelListener>>();
  private files: ClientFiles | undefined;

  constructor(private readonly parts: DoorsParts) {}

  /**
   * Opens the door to a computer that runs; it stays open as long as this lives.
   * @returns a command for a terminal of this machine that goes through it
   * @throws NoHelperError, ApiError, or the signal's reason
   */
  async open(computer: Computer, signal: AbortSignal): Promise<string> {
    const { extensionKey: ownKey, knownComputers: known, folder } = this.parts;
    const route = new TunnelTransport(computer, this.parts, signal);
    const [hostKey] = (await route.provisioner.get()).hostKeys;
    const user = known.get(route.recordName)?.helper?.user;
    if (!hostKey || !user) throw new NoHelperError(t('its SSH helper did not start'));
    const { port } = await this.listener(computer);
    this.files ??= new ClientFiles(folder);
    const { privateKey } = await ownKey.get();
    const alias = this.files.add({ id: computer.id, name: computer.name, user, port, hostKey }, privateKey);
    return `ssh -F ${shellWord(this.files.config)} ${alias}`;
  }

  dispose(): void {
    for (const listener of this.listeners.values())
      listener.then(
        (open) => open.dispose(),
        () => undefined,
      );
    this.listeners.clear();
    this.files?.dispose();
    this.files = undefined;
  }

  /** One for each computer, also where several ask at the same moment. */
  private listener(computer: Computer): Promise<TunnelListener> {
    const { id } = computer;
    const known = this.listeners.get(id);
    if (known) return known;
    const dial = async (signal: AbortSignal) =>
      (await new TunnelTransport(computer, this.parts, signal).dial(signal)).stream;
    const listener = TunnelListener.open(dial, this.parts.log);
    this.listeners.set(id, listener);
    listener.catch(() => this.listeners.delete(id));
    return listener;
  }
}

/** A path for a shell of this machine: `sh`, or on Windows both cmd and PowerShell. */
export function shellWord(path: string, platform = process.platform): string {
  return platform === 'win32' ? `"${path}"` : quoted(path);
}
