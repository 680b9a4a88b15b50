import { type Disposable, DisposableStore } from '../../base/disposable';
import { Emitter } from '../../base/emitter';
import { describeError, type Log } from '../../base/log';
import type { Computer } from '../../computers/computer';
import type { ComputerStore, Removal } from '../../computers/computerStore';
import { statusOf } from '../../computers/statusTable';
import { type Dial, PortForward } from './portForward';
import type { PortForwardStorage } from './portForwardStorage';

export interface PortForwardsDeps {
  readonly store: Pick<ComputerStore, 'get' | 'onDidChange' | 'watch'>;
  readonly storage: PortForwardStorage;
  readonly dial: Dial;
  readonly log: Log;
  /** Called when a restored forward listens on another local port, because its own is taken. */
  readonly onMoved: (forward: PortForward) => void;
}

/**
 * The port forwards of this window. They are stored, and listen again after a reload as soon as the list of computers
 * shows that their computer runs.
 */
export class PortForwards implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly changes = this.disposables.add(new Emitter<string>());
  private all: readonly PortForward[] = [];
  private watching: Disposable | undefined;

  /** Fires with the id of a computer whose forwards, or their traffic, have changed. */
  readonly onDidChange = this.changes.event;

  constructor(private readonly deps: PortForwardsDeps) {
    this.disposables.add(
      deps.store.onDidChange(({ added, changed, removed }) => {
        if (this.all.length === 0) return;
        for (const computer of [...added, ...changed]) this.applyStatus(computer);
        for (const removal of removed) this.onRemoved(removal);
      }),
    );
  }

  /** The computers with a forward that listens. */
  get computerIds(): readonly string[] {
    return this.all.flatMap(({ computer, localPort }) => (localPort === undefined ? [] : computer.id));
  }

  /** The forwards of a computer, in the order of their remote ports. */
  of(computerId: string): readonly PortForward[] {
    return this.all.filter(({ computer }) => computer.id === computerId);
  }

  /**
   * Forwards a port. An existing forward is kept, unless another local port is asked for.
   * @param localPort the preferred local port; where it is taken, a free one near it is bound
   */
  async add(computer: Pick<Computer, 'id' | 'name'>, port: number, localPort?: number): Promise<PortForward> {
    const find = (): PortForward | undefined => this.of(computer.id).find((forward) => forward.port === port);
    const existing = find();
    if (existing && (localPort === undefined || localPort === existing.localPort)) {
      await existing.listen();
      return existing;
    }
    const forward = this.create(computer, port, localPort ?? port);
    await forward.listen();
    const latest = find();
    if (latest && latest !== existing) {
      // A concurrent call was faster.
      forward.dispose();
      return latest;
    }
    this.put(forward, existing);
    return forward;
  }

  /**
   * Moves a forward to exactly this local port; one that waits for its computer binds it later. Its connections are
   * destroyed.
   * @throws LocalPortError, and leaves the forward as it is
   */
  async move(forward: PortForward, localPort: number): Promise<PortForward> {
    if (forward.localPort === localPort) return forward;
    const moved = this.create(forward.computer, forward.port, localPort);
    if (forward.localPort !== undefined) await moved.listenExactly();
    this.put(moved, forward);
    return moved;
  }

  /** Removes a forward and destroys its connections. */
  remove(forward: PortForward): void {
    this.drop(forward);
    this.replaceAll(this.all, forward.computer.id);
  }

  /** Restores the stored forwards. */
  restore(): void {
    this.all = this.deps.storage
      .all()
      .map(({ computer, port, localPort }) => this.create(computer, port, localPort));
    for (const { computer } of this.all) {
      const listed = this.deps.store.get(computer.id);
      if (listed) this.resume(listed);
    }
  }

  dispose(): void {
    for (const forward of this.all) forward.dispose();
    this.watching?.dispose();
    this.disposables.dispose();
  }

  private create({ id, name }: Pick<Computer, 'id' | 'name'>, port: number, localPort: number): PortForward {
    return new PortForward({ id, name }, port, localPort, this.deps.dial, () => this.notify(id));
  }

  private put(forward: PortForward, replaced: PortForward | undefined): void {
    if (replaced) this.drop(replaced);
    this.replaceAll([...this.all, forward], forward.computer.id);
  }

  private drop(forward: PortForward): void {
    forward.dispose();
    this.all = this.all.filter((one) => one !== forward);
  }

  private replaceAll(forwards: readonly PortForward[], changedId: string): void {
    this.all = [...forwards].sort((a, b) => a.port - b.port);
    this.deps.storage.save(
      this.all.map(({ computer, port, localPort, preferredPort }) => ({
        computer,
        port,
        localPort: localPort ?? preferredPort,
      })),
    );
    this.notify(changedId);
  }

  private notify(changedId: string): void {
    this.watchWhileListening();
    this.changes.fire(changedId);
  }

  /** Keeps the list polled while a forward listens: its computer may be stopped outside this window. */
  private watchWhileListening(): void {
    const isNeeded = this.computerIds.length > 0;
    if (isNeeded === (this.watching !== undefined)) return;
    this.watching?.dispose();
    this.watching = isNeeded ? this.deps.store.watch() : undefined;
  }

  /** Listens only while the computer can answer. An unknown status may be as good as running. */
  private applyStatus(computer: Computer): void {
    const { isRunning, isChanging, isGone, isUnknown } = statusOf(computer.status);
    if (isRunning) this.resume(computer);
    else if (isGone || !(isChanging || isUnknown))
      this.of(computer.id).forEach((forward) => forward.stopListening());
  }

  /**
   * Handles a computer that left the list. The forwards of a deleted one are removed. Those of one that may still
   * exist, as under another account, are kept for when the computer is listed again.
   */
  private onRemoved({ computer: { id }, cause }: Removal): void {
    const forwards = this.of(id);
    const isDeleted = cause === 'deleted';
    for (const forward of forwards) {
      if (isDeleted) this.drop(forward);
      else forward.stopListening();
    }
    if (forwards.length > 0 && isDeleted) this.replaceAll(this.all, id);
  }

  private resume({ id, status }: Computer): void {
    if (!statusOf(status).isRunning) return;
    for (const forward of this.of(id)) if (forward.localPort === undefined) void this.listenAgain(forward);
  }

  private async listenAgain(forward: PortForward): Promise<void> {
    const { computer, port, preferredPort } = forward;
    try {
      await forward.listen();
      if (forward.localPort !== preferredPort) this.deps.onMoved(forward);
    } catch (error) {
      this.deps.log.warn(`${computer.id}: port ${port} is not forwarded: ${describeError(error)}`);
    }
  }
}
