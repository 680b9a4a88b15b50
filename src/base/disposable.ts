/** A resource to be released once. Has the shape of VS Code's Disposable, so the two are interchangeable. */
export interface Disposable {
  dispose(): void;
}

/** Makes a disposable from a function, which runs at most once. */
export function toDisposable(release: () => void): Disposable {
  let isDisposed = false;
  return {
    dispose: () => {
      if (isDisposed) return;
      isDisposed = true;
      release();
    },
  };
}

/** Disposes its items together, in reverse order. An item added after that is disposed at once. */
export class DisposableStore implements Disposable {
  private readonly items: Disposable[] = [];
  private isDisposed = false;

  add<T extends Disposable>(item: T): T {
    if (this.isDisposed) item.dispose();
    else this.items.push(item);
    return item;
  }

  dispose(): void {
    this.isDisposed = true;
    while (this.items.length > 0) this.items.pop()?.dispose();
  }
}
