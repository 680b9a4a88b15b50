import { createHook } from 'node:async_hooks';
import { basename } from 'node:path';
import { until } from '../../harness/until';

/** Types of async resources that stay until they are closed: timers, sockets, pipes, processes, watchers. */
const kinds = ['Timeout', 'TCPWRAP', 'TLSWRAP', 'PIPEWRAP', 'PROCESSWRAP', 'FSEVENTWRAP', 'MESSAGEPORT'];

/** A resource created by the watched code. */
interface Handle {
  readonly description: string;
  readonly resource: WeakRef<object>;
}

/**
 * Tracks the timers, sockets and the like that the code of one file, a bundle, created and that are still open. It leaves
 * out those of VS Code in the same process, and timers without a reference, such as time limits of finished calls.
 */
export class OpenHandles {
  private readonly alive = new Map<number, Handle>();
  private readonly hook = createHook({
    init: (id, kind, _trigger, resource) => {
      if (!kinds.includes(kind)) return;
      const [creator, ...callers] = callersOfNode();
      // VS Code creates timers of its own in our calls, and wraps our calls of the network.
      const possible = kind === 'Timeout' ? [creator] : [creator, ...callers];
      const own = possible.find((frame) => frame?.includes(basename(this.file)));
      if (own && !own.includes('at until'))
        this.alive.set(id, { description: `${kind} ${own}`, resource: new WeakRef(resource) });
    },
    destroy: (id) => this.alive.delete(id),
  });

  constructor(private readonly file: string) {
    this.hook.enable();
  }

  /** Descriptions of the open ones. */
  get items(): readonly string[] {
    return [...this.alive.values()]
      .filter(({ resource }) => isReferenced(resource.deref()))
      .map(({ description }) => description);
  }

  /** Waits until none is open. @throws with those that stay */
  async waitUntilNone(milliseconds: number): Promise<void> {
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

function isReferenced(resource: Partial<NodeJS.Timeout> | undefined): boolean {
  return resource !== undefined && resource.hasRef?.() !== false;
}

/** The stack frames of the caller, the latest first, without Node's own. */
function callersOfNode(): string[] {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 50;
  const { stack = '' } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  const [, ...frames] = stack.split('\n').map((frame) => frame.trim());
  return frames.filter((frame) => !/callersOfNode|AsyncHook|OpenHandles|node:/.test(frame));
}
