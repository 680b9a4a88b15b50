/** The end of a stream of bytes: the last ones, up to a limit. */
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

  /** The bytes kept, in chunks; none is kept any longer. */
  take(): Buffer[] {
    const taken = this.chunks;
    this.chunks = [];
    this.byteCount = 0;
    return taken;
  }
}
