import { createHash } from 'node:crypto';
import type { Memento } from '../base/memento';

/** Stored keys. Contracts with installed versions. */
const keysKey = 'celesto.agreedKeys';
const originsKey = 'celesto.agreedAddresses';

/** Agreements that are remembered; older ones are asked about again. */
const maxAgreements = 50;

/** A key with its source and the origin that it goes to. */
export interface KeyUse {
  readonly source: string;
  readonly origin: string;
  readonly apiKey: string;
}

/** Remembers what the user has agreed to: uses of keys that were found, and addresses out of the environment. */
export class Agreements {
  constructor(private readonly memory: Memento) {}

  hasKey(use: KeyUse): boolean {
    return this.read(keysKey).includes(entryOf(use));
  }

  async addKey(use: KeyUse): Promise<void> {
    await this.add(keysKey, entryOf(use));
  }

  hasAddress(origin: string): boolean {
    return this.read(originsKey).includes(origin);
  }

  async addAddress(origin: string): Promise<void> {
    await this.add(originsKey, origin);
  }

  private read(key: string): readonly string[] {
    return (this.memory.get(key) as string[] | undefined) ?? [];
  }

  private async add(key: string, entry: string): Promise<void> {
    const others = this.read(key).filter((other) => other !== entry);
    await this.memory.update(key, [...others, entry].slice(-maxAgreements));
  }
}

/** Names a use by a fingerprint of the key, which does not give the key away. */
function entryOf({ source, origin, apiKey }: KeyUse): string {
  const fingerprint = createHash('sha256').update(apiKey).digest('hex').slice(0, 16);
  return `${source} ${origin} ${fingerprint}`;
}
