import { createHook } from 'node:async_hooks';
import { basename } from 'node:path';
import { until } from '../../harness/until';

/** What stays until somebody ends it: timers, sockets, pipes, processes, watchers. */
const kinds = ['Timeout', 'TCPWRAP', 'TLSWRAP', 'PIPEWRAP', 'PROCESSWRAP', 'FSEVENTWRAP', 'MESSAGEPORT'];

/** Something made by the code that is watched. */
interface Item {
  readonly made: string;
  readonly thing: WeakRef<object>;
}

/**
 * Sees every timer, socket and the like that is made by code of one file, a bundle, and that has not ended. What VS
 * Code makes for itself in the same process does not count, nor do timers that nobody waits for: time limits of calls
 * that were answered in time.
 */
export class Footprint {
  private readonly alive = new Map<number, Item>();
  private readonly hook = createHook({
    init: (id, kind, _trigger, thing) => {
      if (!kinds.includes(kind)) return;
      const [maker, ...callers] = callersOfNode();
      // VS Code makes timers of its own in calls of ours, and stands between us and the network.
      const possible = kind === 'Timeout' ? [maker] : [maker, ...callers];
      const own = possible.find((frame) => frame?.includes(basename(this.file)));
      if (own && !own.includes('at until'))
        this.alive.set(id, { made: `${kind} ${own}`, thing: new WeakRef(thing) });
    },
    destroy: (id) => this.alive.delete(id),
  });

  constructor(private readonly file: string) {
    this.hook.enable();
  }

  /** What there is now. */
  get items(): readonly string[] {
    return [...this.alive.values()].filter(({ thing }) => isWaitedFor(thing.deref())).map(({ made }) => made);
  }

  /** Waits until nothing is left, and says what is where something stays. */
  async vanishes(milliseconds: number): Promise<void> {
    try {
      await until('nothing to be left', () => this.items.length === 0, milliseconds);
    } catch (error) {
      throw new Error(`Left behind:\n${this.items.join('\n')}`, { cause: error });
    }
  }

  dispose(): void {
    this.hook.disable();
  }
}

function isWaitedFor(thing: Partial<NodeJS.Timeout> | undefined): boolean {
  return thing !== undefined && thing.hasRef?.() !== false;
}

/** The lines of code that lead here, the latest first, without Node's own. */
function callersOfNode(): string[] {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 50;
  const { stack = '' } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  const [, ...frames] = stack.split('\n').map((frame) => frame.trim());
  return frames.filter((frame) => !/callersOfNode|AsyncHook|Footprint|node:/.test(frame));
}
