import * as vscode from 'vscode';

/** What an extension remembers, as VS Code gives it one: values go through JSON. */
export class Memory implements vscode.Memento {
  reads = 0;
  private readonly values = new Map<string, string>();

  keys(): readonly string[] {
    return [...this.values.keys()];
  }

  get<T>(key: string, otherwise?: T): T | undefined {
    this.reads += 1;
    const text = this.values.get(key);
    return text === undefined ? otherwise : (JSON.parse(text) as T);
  }

  update(key: string, value: unknown): Promise<void> {
    if (value === undefined) this.values.delete(key);
    else this.values.set(key, JSON.stringify(value));
    return Promise.resolve();
  }
}

/** A secret store that several windows share, and that a test can break. */
export class Secrets implements vscode.SecretStorage {
  readonly values = new Map<string, string>();
  /** What was asked of it. */
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

  /** Tells all windows of a change, a little later, the window that made it included: so does VS Code. */
  change(key: string): void {
    setImmediate(() => this.changes.fire({ key }));
  }

  /** Resolves when everybody who was told of a change has looked. */
  async settled(): Promise<void> {
    for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  private call<T>(name: string, work: () => T): Promise<T> {
    this.calls.push(name);
    return this.fails ? Promise.reject(new Error('Cannot autolaunch D-Bus')) : Promise.resolve(work());
  }
}
