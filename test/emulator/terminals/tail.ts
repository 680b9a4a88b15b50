/** Keeps the last bytes of a stream, up to a limit. */
export class Tail {
  private chunks: Buffer[] = [];
  private byteCount = 0;

  constructor(readonly limit: number) {}

  get size(): number {
    return this.byteCount;
  }

  push(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.byteCount += chunk.length;
    for (let excess = this.byteCount - this.limit; excess > 0; excess = this.byteCount - this.limit) {
      const [first] = this.chunks;
      if (first === undefined) return;
      if (first.length <= excess) this.chunks.shift();
      else this.chunks[0] = first.subarray(excess);
      this.byteCount -= Math.min(first.length, excess);
    }
  }

  /** Returns and forgets the kept bytes, in chunks. */
  take(): Buffer[] {
    const taken = this.chunks;
    this.chunks = [];
    this.byteCount = 0;
    return taken;
  }
}
