import type { Computer } from '../../computers/computer';
import { statusOf } from '../../computers/status';
import { isIncomplete, type ComputerStore } from '../../computers/store';
import { DisposableStore, type Disposable } from '../../base/disposable';
import { Emitter } from '../../base/emitter';
import { describeError, type Log } from '../../base/log';
import { Forward, type Dial } from './forward';
import type { RememberedForwards } from './rememberedForwards';

export interface ForwardsParts {
  readonly store: Pick<ComputerStore, 'get' | 'onDidChange' | 'state' | 'watch'>;
  readonly remembered: RememberedForwards;
  readonly dial: Dial;
  readonly log: Log;
  /** Told of a forward that came back on another port than it was on, since that is taken. */
  readonly onMoved: (forward: Forward) => void;
}

/**
 * The ports of computers that are forwarded to this machine, and those that were when the window was left: these are
 * listened on again as soon as the list says that their computer runs.
 */
export class Forwards implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly changes = this.disposables.add(new Emitter<string>());
  private all: readonly Forward[] = [];
  private watching: Disposable | undefined;

  /** Fires with the id of a computer whose forwards have changed, or what goes through them. */
  readonly onDidChange = this.changes.event;

  constructor(private readonly parts: ForwardsParts) {
    this.disposables.add(
      parts.store.onDidChange(({ added, changed, removed }) => {
        if (this.all.length === 0) return;
        for (const computer of [...added, ...changed]) this.follow(computer);
        for (const { id } of removed) this.leave(id);
      }),
    );
  }

  /** The computers whose ports are listened for here just now. */
  get computerIds(): readonly string[] {
    return this.all.flatMap(({ computer, localPort }) => (localPort === undefined ? [] : computer.id));
  }

  /** The forwards of one computer, in the order of their ports there. */
  of(computerId: string): readonly Forward[] {
    return this.all.filter(({ computer }) => computer.id === computerId);
  }

  /**
   * Forwards a port. One that is forwarded already stays as it is, unless another port here is asked for.
   * @param wanted the port here; where it is taken, the next that is free is
   */
  async add(computer: Pick<Computer, 'id' | 'name'>, port: number, wanted?: number): Promise<Forward> {
    const find = (): Forward | undefined => this.of(computer.id).find((forward) => forward.port === port);
    const there = find();
    if (there && (wanted === undefined || wanted === there.localPort)) {
      await there.listen();
      return there;
    }
    const forward = this.make(computer, port, wanted ?? port);
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
  async move(forward: Forward, wanted: number): Promise<Forward> {
    if (forward.localPort === wanted) return forward;
    const moved = this.make(forward.computer, forward.port, wanted);
    if (forward.localPort !== undefined) await moved.listenThere();
    this.put(moved, forward);
    return moved;
  }

  /** Stops forwarding; what is connected is cut off. */
  remove(forward: Forward): void {
    this.drop(forward);
    this.keep(this.all, forward.computer.id);
  }

  /** Takes up again what was forwarded when the window was left. */
  restore(): void {
    this.all = this.parts.remembered
      .all()
      .map(({ computer, port, localPort }) => this.make(computer, port, localPort));
    for (const { computer } of this.all) {
      const known = this.parts.store.get(computer.id);
      if (known) this.wake(known);
    }
  }

  dispose(): void {
    for (const forward of this.all) forward.dispose();
    this.watching?.dispose();
    this.disposables.dispose();
  }

  private make({ id, name }: Pick<Computer, 'id' | 'name'>, port: number, wanted: number): Forward {
    return new Forward({ id, name }, port, wanted, this.parts.dial, () => this.tell(id));
  }

  private put(forward: Forward, inPlaceOf: Forward | undefined): void {
    if (inPlaceOf) this.drop(inPlaceOf);
    this.keep([...this.all, forward], forward.computer.id);
  }

  private drop(forward: Forward): void {
    forward.dispose();
    this.all = this.all.filter((one) => one !== forward);
  }

  private keep(forwards: readonly Forward[], changedId: string): void {
    this.all = [...forwards].sort((a, b) => a.port - b.port);
    this.parts.remembered.save(
      this.all.map(({ computer, port, localPort, wanted }) => ({
        computer,
        port,
        localPort: localPort ?? wanted,
      })),
    );
    this.tell(changedId);
  }

  private tell(changedId: string): void {
    this.watch();
    this.changes.fire(changedId);
  }

  /** While a port is listened for, the list is kept up to date: somebody else may stop its computer. */
  private watch(): void {
    const isNeeded = this.computerIds.length > 0;
    if (isNeeded === (this.watching !== undefined)) return;
    this.watching?.dispose();
    this.watching = isNeeded ? this.parts.store.watch() : undefined;
  }

  /** Nothing is listened for where nothing can come from. A status that nobody knows may be as good as running. */
  private follow(computer: Computer): void {
    const { open } = statusOf(computer.status);
    if (open === 'connect') this.wake(computer);
    else if (open !== 'wait' && open !== 'try') this.of(computer.id).forEach((forward) => forward.rest());
  }

  /**
   * A computer is not in the list any more. The forwards of one that is gone for good are forgotten. One that is only
   * out of sight keeps them: whoever signs in to another account and back finds them again.
   */
  private leave(id: string): void {
    const forwards = this.of(id);
    const isOutOfSight = isIncomplete(this.parts.store.state);
    for (const forward of forwards) {
      if (isOutOfSight) forward.rest();
      else this.drop(forward);
    }
    if (forwards.length > 0 && !isOutOfSight) this.keep(this.all, id);
  }

  private wake({ id, status }: Computer): void {
    if (statusOf(status).open !== 'connect') return;
    for (const forward of this.of(id)) if (forward.localPort === undefined) void this.bringBack(forward);
  }

  private async bringBack(forward: Forward): Promise<void> {
    const { computer, port, wanted } = forward;
    try {
      await forward.listen();
      if (forward.localPort !== wanted) this.parts.onMoved(forward);
    } catch (error) {
      this.parts.log.warn(`${computer.id}: port ${port} is not forwarded: ${describeError(error)}`);
    }
  }
}
