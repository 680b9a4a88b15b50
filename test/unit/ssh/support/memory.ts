import { Emitter } from '../../../../src/base/emitter';
import type { Memento } from '../../../../src/base/memento';
import type { SecretStore } from '../../../../src/ssh/keys/extensionKey';

/** A memento in memory. */
export class MemoryRecords implements Memento {
  private readonly values = new Map<string, unknown>();

  get(key: string): unknown {
    return this.values.get(key);
  }

  update(key: string, value: unknown): Promise<void> {
    this.values.set(key, structuredClone(value));
    return Promise.resolve();
  }
}

/** A secret store in memory that counts what was stored. */
export class MemorySecrets implements SecretStore {
  readonly values = new Map<string, string>();
  stores = 0;
  private readonly changes = new Emitter<{ key: string }>();
  readonly onDidChange = this.changes.event;

  get(key: string): Promise<string | undefined> {
    return Promise.resolve(this.values.get(key));
  }

  store(key: string, value: string): Promise<void> {
    this.stores += 1;
    this.values.set(key, value);
    this.changes.fire({ key });
    return Promise.resolve();
  }
}
