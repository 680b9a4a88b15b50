import { isApiError } from '../api/apiErrors';
import { isCancellation } from '../base/abort';
import type { Clock } from '../base/clock';
import { type Disposable, DisposableStore } from '../base/disposable';
import { Emitter, type Event } from '../base/emitter';
import { isTransient } from '../base/errors';
import { describeError, type Log } from '../base/log';
import type { Computer } from '../computers/computer';
import { statusOf } from '../computers/statusTable';
import type { SshChannels } from '../connect/sshChannels';
import {
  endShellCommand,
  listShellsCommand,
  parseShellListing,
  type PersistentShell,
} from '../shell/shellListing';
import { TunnelUnavailableError } from '../ssh/tunnel/remoteSshd';

/** Milliseconds from a terminal's change to the listing: tmux needs a moment to notice that a client has left. */
const listingDelayMs = 1_500;

export interface PersistentShellsDeps {
  readonly channels: Pick<SshChannels, 'run'>;
  /** The terminals of this window. */
  readonly terminals: {
    readonly onDidChange: Event<string>;
    of(computerId: string): readonly { readonly pty: ShellTerminal }[];
  };
  readonly store: { get(id: string): Computer | undefined };
  readonly clock: Pick<Clock, 'delay'>;
  readonly log: Log;
}

interface ShellTerminal {
  readonly state: string;
  readonly shellName: string;
}

/**
 * The persistent shells on each computer that no terminal is attached to. They are listed when a terminal has connected
 * or disconnected, since a connection is open then, and when the user asks; there is no polling.
 */
export class PersistentShells implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly changes = this.disposables.add(new Emitter<string>());
  private readonly listed = new Map<string, readonly PersistentShell[]>();
  private readonly listings = new Map<string, AbortController>();
  /** Connected terminals of each computer when its shells were listed last. */
  private readonly connectedCounts = new Map<string, number>();
  /** Computers whose shells cannot be listed: SSH does not work there. */
  private readonly unlistable = new Set<string>();

  /** Fires with the id of a computer whose detached shells have changed. */
  readonly onDidChange = this.changes.event;

  constructor(private readonly deps: PersistentShellsDeps) {
    this.disposables.add(deps.terminals.onDidChange((id) => this.onTerminals(id)));
  }

  /** The detached shells of a computer, as of the latest listing. */
  of(computerId: string): readonly PersistentShell[] {
    const own = new Set(this.deps.terminals.of(computerId).map(({ pty }) => pty.shellName));
    return (this.listed.get(computerId) ?? []).filter(({ name, attached }) => !attached && !own.has(name));
  }

  /**
   * Lists the shells of a running computer. Returns the detached ones.
   * @throws as {@link SshChannels.run}
   */
  async refresh(computer: Computer, signal: AbortSignal): Promise<readonly PersistentShell[]> {
    const found = parseShellListing(await this.deps.channels.run(computer, listShellsCommand(), signal));
    this.unlistable.delete(computer.id);
    this.listed.set(computer.id, found);
    this.changes.fire(computer.id);
    return this.of(computer.id);
  }

  /**
   * Ends a shell with its programs.
   * @throws as {@link SshChannels.run}
   */
  async end(computer: Computer, shell: PersistentShell, signal: AbortSignal): Promise<void> {
    await this.deps.channels.run(computer, endShellCommand(shell), signal);
    await this.refresh(computer, signal);
  }

  dispose(): void {
    for (const listing of this.listings.values()) listing.abort();
    this.disposables.dispose();
  }

  private onTerminals(id: string): void {
    const count = this.deps.terminals.of(id).filter(({ pty }) => pty.state === 'open').length;
    if (count === (this.connectedCounts.get(id) ?? 0)) return;
    this.connectedCounts.set(id, count);
    if (!this.unlistable.has(id)) void this.refreshSoon(id);
  }

  private async refreshSoon(id: string): Promise<void> {
    this.listings.get(id)?.abort();
    const listing = new AbortController();
    this.listings.set(id, listing);
    try {
      await this.deps.clock.delay(listingDelayMs, listing.signal);
      const computer = this.deps.store.get(id);
      if (computer && statusOf(computer.status).isRunning) await this.refresh(computer, listing.signal);
    } catch (error) {
      if (isCancellation(error)) return;
      if (!maySucceedLater(error)) this.unlistable.add(id);
      this.deps.log.debug(`${id}: its persistent shells cannot be listed: ${describeError(error)}`);
    } finally {
      if (this.listings.get(id) === listing) this.listings.delete(id);
    }
  }
}

/** True where listing may succeed later. A computer without an SSH server is not asked again. */
function maySucceedLater(error: unknown): boolean {
  return (isTransient(error) && !(error instanceof TunnelUnavailableError)) || isApiError(error, 'conflict');
}
