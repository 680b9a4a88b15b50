import type { Computer } from '../../computers/computer';
import { statusOf } from '../../computers/status';
import { isIncomplete, type ComputerStore } from '../../computers/store';
import { DisposableStore, type Disposable } from '../../base/disposable';
import { Emitter } from '../../base/emitter';
import { describeError, type Log } from '../../base/log';
import { PortForward, type Dial } from './portForward';
import type { PortForwardStorage } from './portForwardStorage';

export interface PortForwardsDeps {
  readonly store: Pick<ComputerStore, 'get' | 'onDidChange' | 'state' | 'watch'>;
  readonly storage: PortForwardStorage;
  readonly dial: Dial;
  readonly log: Log;
  /** Told of a forward that came back on another port than it was on, since that is taken. */
  readonly onMoved: (forward: PortForward) => void;
}

/**
 * The ports of computers that are forwarded to this machine, and those that were when the window was left: these are
 * listened on again as soon as the list says that their computer runs.
 */
export class PortForwards implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly changes = this.disposables.add(new Emitter<string>());
  private all: readonly PortForward[] = [];
  private watching: Disposable | undefined;

  /** Fires with the id of a computer whose forwards have changed, or what goes through them. */
  readonly onDidChange = this.changes.event;

  constructor(private readonly deps: PortForwardsDeps) {
    this.disposables.add(
      deps.store.onDidChange(({ added, changed, removed }) => {
        if (this.all.length === 0) return;
        for (const computer of [...added, ...changed]) this.applyStatus(computer);
        for (const { id } of removed) this.onRemoved(id);
      }),
    );
  }

  /** The computers whose ports are listened for here just now. */
  get computerIds(): readonly string[] {
    return this.all.flatMap(({ computer, localPort }) => (localPort === undefined ? [] : computer.id));
  }

  /** The forwards of one computer, in the order of their ports there. */
  of(computerId: string): readonly PortForward[] {
    return this.all.filter(({ computer }) => computer.id === computerId);
  }

  /**
   * Forwards a port. One that is forwarded already stays as it is, unless another port here is asked for.
   * @param wanted the port here; where it is taken, the next that is free is
   */
  async add(computer: Pick<Computer, 'id' | 'name'>, port: number, wanted?: number): Promise<PortForward> {
    const find = (): PortForward | undefined => this.of(computer.id).find((forward) => forward.port === port);
    const there = find();
    if (there && (wanted === undefined || wanted === there.localPort)) {
      await there.listen();
      return there;
    }
    const forward = this.create(computer, port, wanted ?? port);
    await forward.listen();
    const latest = find();
    if (latest && latest !== there) {
      // It was asked for once more at the same moment.
      forward.dispose();
      return latest;
    }
    this.put(forward, there);
    return forward;
  }

  /**
   * Gives a forward just this port here; one that waits for its computer takes it then. What is connected is cut off.
   * @throws LocalPortError, and it stays where it is
   */
  async move(forward: PortForward, wanted: number): Promise<PortForward> {
    if (forward.localPort === wanted) return forward;
    const moved = this.create(forward.computer, forward.port, wanted);
    if (forward.localPort !== undefined) await moved.listenExactly();
    this.put(moved, forward);
    return moved;
  }

  /** Stops forwarding; what is connected is cut off. */
  remove(forward: PortForward): void {
    this.drop(forward);
    this.replaceAll(this.all, forward.computer.id);
  }

  /** Takes up again what was forwarded when the window was left. */
  restore(): void {
    this.all = this.deps.storage
      .all()
      .map(({ computer, port, localPort }) => this.create(computer, port, localPort));
    for (const { computer } of this.all) {
      const known = this.deps.store.get(computer.id);
      if (known) this.resume(known);
    }
  }

  dispose(): void {
    for (const forward of this.all) forward.dispose();
    this.watching?.dispose();
    this.disposables.dispose();
  }

  private create({ id, name }: Pick<Computer, 'id' | 'name'>, port: number, wanted: number): PortForward {
    return new PortForward({ id, name }, port, wanted, this.deps.dial, () => this.notify(id));
  }

  private put(forward: PortForward, inPlaceOf: PortForward | undefined): void {
    if (inPlaceOf) this.drop(inPlaceOf);
    this.replaceAll([...this.all, forward], forward.computer.id);
  }

  private drop(forward: PortForward): void {
    forward.dispose();
    this.all = this.all.filter((one) => one !== forward);
  }

  private replaceAll(forwards: readonly PortForward[], changedId: string): void {
    this.all = [...forwards].sort((a, b) => a.port - b.port);
    this.deps.storage.save(
      this.all.map(({ computer, port, localPort, preferredPort: wanted }) => ({
        computer,
        port,
        localPort: localPort ?? wanted,
      })),
    );
    this.notify(changedId);
  }

  private notify(changedId: string): void {
    this.watchWhileListening();
    this.changes.fire(changedId);
  }

  /** While a port is listened for, the list is kept up to date: somebody else may stop its computer. */
  private watchWhileListening(): void {
    const isNeeded = this.computerIds.length > 0;
    if (isNeeded === (this.watching !== undefined)) return;
    this.watching?.dispose();
    this.watching = isNeeded ? this.deps.store.watch() : undefined;
  }

  /** Nothing is listened for where nothing can come from. A status that nobody knows may be as good as running. */
  private applyStatus(computer: Computer): void {
    const { open } = statusOf(computer.status);
    if (open === 'connect') this.resume(computer);
    else if (open !== 'wait' && open !== 'try')
      this.of(computer.id).forEach((forward) => forward.stopListening());
  }

  /**
   * A computer is not in the list any more. The forwards of one that is gone for good are forgotten. One that is only
   * out of sight keeps them: whoever signs in to another account and back finds them again.
   */
  private onRemoved(id: string): void {
    const forwards = this.of(id);
    const isOutOfSight = isIncomplete(this.deps.store.state);
    for (const forward of forwards) {
      if (isOutOfSight) forward.stopListening();
      else this.drop(forward);
    }
    if (forwards.length > 0 && !isOutOfSight) this.replaceAll(this.all, id);
  }

  private resume({ id, status }: Computer): void {
    if (statusOf(status).open !== 'connect') return;
    for (const forward of this.of(id)) if (forward.localPort === undefined) void this.listenAgain(forward);
  }

  private async listenAgain(forward: PortForward): Promise<void> {
    const { computer, port, preferredPort: wanted } = forward;
    try {
      await forward.listen();
      if (forward.localPort !== wanted) this.deps.onMoved(forward);
    } catch (error) {
      this.deps.log.warn(`${computer.id}: port ${port} is not forwarded: ${describeError(error)}`);
    }
  }
}
