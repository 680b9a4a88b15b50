import * as vscode from 'vscode';

/** An extension's Memento as VS Code provides it: values go through JSON. */
export class Memory implements vscode.Memento {
  reads = 0;
  private readonly values = new Map<string, string>();

  keys(): readonly string[] {
    return [...this.values.keys()];
  }

  get<T>(key: string, fallback?: T): T | undefined {
    this.reads += 1;
    const text = this.values.get(key);
    return text === undefined ? fallback : (JSON.parse(text) as T);
  }

  update(key: string, value: unknown): Promise<void> {
    if (value === undefined) this.values.delete(key);
    else this.values.set(key, JSON.stringify(value));
    return Promise.resolve();
  }
}

/** A secret store that several windows share; a test can make it fail. */
export class Secrets implements vscode.SecretStorage {
  readonly values = new Map<string, string>();
  /** Names of the calls so far. */
  readonly calls: string[] = [];
  fails = false;
  listeners = 0;
  private readonly changes = new vscode.EventEmitter<vscode.SecretStorageChangeEvent>();

  readonly onDidChange: vscode.SecretStorage['onDidChange'] = (listener) => {
    this.listeners += 1;
    const subscription = this.changes.event(listener);
    return new vscode.Disposable(() => {
      this.listeners -= 1;
      subscription.dispose();
    });
  };

  keys(): Promise<string[]> {
    return Promise.resolve([...this.values.keys()]);
  }

  get(key: string): Promise<string | undefined> {
    return this.call('get', () => this.values.get(key));
  }

  store(key: string, value: string): Promise<void> {
    return this.call('store', () => {
      this.values.set(key, value);
      this.change(key);
    });
  }

  delete(key: string): Promise<void> {
    return this.call('delete', () => {
      this.values.delete(key);
      this.change(key);
    });
  }

  /** Fires a change in all windows a little later, as VS Code does, also in the window that made it. */
  change(key: string): void {
    setImmediate(() => this.changes.fire({ key }));
  }

  /** Resolves when all listeners have handled a change. */
  async settled(): Promise<void> {
    for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  private call<T>(name: string, work: () => T): Promise<T> {
    this.calls.push(name);
    return this.fails ? Promise.reject(new Error('Cannot autolaunch D-Bus')) : Promise.resolve(work());
  }
}
