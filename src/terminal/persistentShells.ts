import { isApiError, transientKinds } from '../api/errors';
import { GatewayError } from '../gateway/errors';
import type { Computer } from '../computers/computer';
import { SshError } from '../ssh/errors';
import { DisposableStore, type Disposable } from '../base/disposable';
import { Emitter, type Event } from '../base/emitter';
import { isCancellation } from '../base/abort';
import type { Clock } from '../base/clock';
import { describeError, type Log } from '../base/log';
import {
  endShellCommand,
  parseShellListing,
  listShellsCommand,
  type PersistentShell,
} from '../shell/shellListing';
import type { SshChannels } from '../connect/sshChannels';

/** Milliseconds after a terminal has changed until the shells are looked at: a server needs a moment to see who left. */
const settling = 1_500;

export interface PersistentShellsDeps {
  readonly channels: Pick<SshChannels, 'run'>;
  /** A terminal of this window. */
  readonly terminals: {
    readonly onDidChange: Event<string>;
    of(computerId: string): readonly { readonly pty: OpenShell }[];
  };
  readonly store: { get(id: string): Computer | undefined };
  readonly clock: Pick<Clock, 'delay'>;
  readonly log: Log;
}

interface OpenShell {
  readonly state: string;
  readonly spec: { readonly shell: { readonly name: string } };
}

/**
 * The shells that are kept on computers and that nobody is with. They are looked for when a terminal has come to a
 * computer or has left it, since there is a connection then, and when a person asks; never else.
 */
export class PersistentShells implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly changes = this.disposables.add(new Emitter<string>());
  private readonly known = new Map<string, readonly PersistentShell[]>();
  private readonly looking = new Map<string, AbortController>();
  /** How many terminals a computer had, connected, when it was looked at last. */
  private readonly connected = new Map<string, number>();
  /** Where nothing can be found out: no SSH leads there. */
  private readonly hopeless = new Set<string>();

  /** Fires with the id of a computer whose detached shells have changed. */
  readonly onDidChange = this.changes.event;

  constructor(private readonly parts: PersistentShellsDeps) {
    this.disposables.add(parts.terminals.onDidChange((id) => this.onTerminals(id)));
  }

  /** Those of a computer that nobody is with, as far as is known. */
  of(computerId: string): readonly PersistentShell[] {
    const ours = new Set(this.parts.terminals.of(computerId).map(({ pty }) => pty.spec.shell.name));
    return (this.known.get(computerId) ?? []).filter(({ name, attached }) => !attached && !ours.has(name));
  }

  /**
   * Looks at a computer that runs.
   * @throws as `SshChannels.run`
   */
  async look(computer: Computer, signal: AbortSignal): Promise<readonly PersistentShell[]> {
    const found = parseShellListing(await this.parts.channels.run(computer, listShellsCommand(), signal));
    this.hopeless.delete(computer.id);
    this.know(computer.id, found);
    return this.of(computer.id);
  }

  /**
   * Ends a shell and what runs in it.
   * @throws as `SshChannels.run`
   */
  async end(computer: Computer, shell: PersistentShell, signal: AbortSignal): Promise<void> {
    await this.parts.channels.run(computer, endShellCommand(shell), signal);
    await this.look(computer, signal);
  }

  dispose(): void {
    for (const look of this.looking.values()) look.abort();
    this.disposables.dispose();
  }

  private onTerminals(id: string): void {
    const connected = this.parts.terminals.of(id).filter(({ pty }) => pty.state === 'open').length;
    if (connected === (this.connected.get(id) ?? 0)) return;
    this.connected.set(id, connected);
    if (!this.hopeless.has(id)) void this.lookSoon(id);
  }

  private async lookSoon(id: string): Promise<void> {
    this.looking.get(id)?.abort();
    const look = new AbortController();
    this.looking.set(id, look);
    try {
      await this.parts.clock.delay(settling, look.signal);
      const computer = this.parts.store.get(id);
      if (computer?.status === 'running') await this.look(computer, look.signal);
    } catch (error) {
      if (isCancellation(error)) return;
      if (!mayPass(error)) this.hopeless.add(id);
      this.parts.log.debug(`${id}: its kept shells are not known: ${describeError(error)}`);
    } finally {
      if (this.looking.get(id) === look) this.looking.delete(id);
    }
  }

  private know(id: string, shells: readonly PersistentShell[]): void {
    this.known.set(id, shells);
    this.changes.fire(id);
  }
}

/** Whether it may be another time that the way leads there. */
function mayPass(error: unknown): boolean {
  return (
    error instanceof SshError ||
    error instanceof GatewayError ||
    isApiError(error, ...transientKinds, 'conflict')
  );
}
