import type { RecordStore } from '../../../../src/ssh/hostKeys/knownComputers';
import type { SecretStore } from '../../../../src/ssh/keys/extensionKey';
import { Emitter } from '../../../../src/base/emitter';

/** A record store that forgets with the test. */
export class MemoryRecords implements RecordStore {
  private readonly values = new Map<string, unknown>();

  get(key: string): unknown {
    return this.values.get(key);
  }

  update(key: string, value: unknown): Promise<void> {
    this.values.set(key, structuredClone(value));
    return Promise.resolve();
  }
}

/** A secret store that forgets with the test, and counts what was stored. */
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
