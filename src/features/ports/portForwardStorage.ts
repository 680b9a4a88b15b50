import type { Memento } from '../../base/memento';

/** The stored record of a port forward. */
export interface SavedPortForward {
  readonly computer: { readonly id: string; readonly name: string };
  readonly port: number;
  readonly localPort: number;
}

const storageKey = 'celesto.forwards';
/** Records that are kept, the latest. Those of computers deleted while the window was closed would pile up unseen. */
const maxForwards = 100;

/** Stores the port forwards of a workspace across reloads. */
export class PortForwardStorage {
  constructor(private readonly memento: Memento) {}

  all(): readonly SavedPortForward[] {
    const value = this.memento.get(storageKey);
    return Array.isArray(value) ? (value as unknown[]).filter(isSavedPortForward) : [];
  }

  save(forwards: readonly SavedPortForward[]): void {
    void this.memento.update(storageKey, forwards.slice(-maxForwards));
  }
}

/** Records of another version may have another shape; they are ignored. */
function isSavedPortForward(value: unknown): value is SavedPortForward {
  const { computer, port, localPort } = (value ?? {}) as Partial<SavedPortForward>;
  return (
    typeof computer?.id === 'string' &&
    typeof computer.name === 'string' &&
    Number.isInteger(port) &&
    Number.isInteger(localPort)
  );
}
