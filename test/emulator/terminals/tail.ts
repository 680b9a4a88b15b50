/** The end of a stream of bytes: the last ones, up to a limit. */
export class Tail {
  #chunks: Buffer[] = [];
  #size = 0;

  constructor(readonly limit: number) {}

  get size(): number {
    return this.#size;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    for (let excess = this.#size - this.limit; excess > 0; excess = this.#size - this.limit) {
      const [first] = this.#chunks;
      if (first === undefined) return;
      if (first.length <= excess) this.#chunks.shift();
      else this.#chunks[0] = first.subarray(excess);
      this.#size -= Math.min(first.length, excess);
    }
  }

  /** The bytes kept, in chunks; none is kept any longer. */
  take(): Buffer[] {
    const taken = this.#chunks;
    this.#chunks = [];
    this.#size = 0;
    return taken;
  }
}
