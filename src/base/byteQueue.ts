/** A first-in, first-out queue of bytes, held in the chunks they arrived in. */
export class ByteQueue {
  private chunks: Uint8Array[] = [];
  /** Index of the first chunk that still holds bytes. */
  private head = 0;
  private length = 0;

  /** Number of bytes in the queue. */
  get size(): number {
    return this.length;
  }

  push(chunk: Uint8Array): void {
    this.chunks.push(chunk);
    this.length += chunk.length;
  }

  /**
   * Removes the oldest bytes: `maxBytes` of them, or all if there are fewer.
   * @returns one chunk, which may be a view of what was pushed
   */
  take(maxBytes = Infinity): Uint8Array {
    const taken: Uint8Array[] = [];
    for (let left = Math.min(maxBytes, this.length); left > 0; left -= taken.at(-1)?.length ?? left)
      taken.push(this.takeFromHead(left));
    this.compact();
    const [only] = taken;
    return taken.length === 1 && only ? only : Buffer.concat(taken);
  }

  /** Puts bytes back at the front of the queue. */
  putBack(bytes: Uint8Array): void {
    if (this.head > 0) this.chunks[(this.head -= 1)] = bytes;
    else this.chunks.unshift(bytes);
    this.length += bytes.length;
  }

  private takeFromHead(maxBytes: number): Uint8Array {
    const chunk = this.chunks[this.head] ?? new Uint8Array();
    const taken = chunk.subarray(0, maxBytes);
    if (taken.length < chunk.length) this.chunks[this.head] = chunk.subarray(maxBytes);
    else this.head += 1;
    this.length -= taken.length;
    return taken;
  }

  /** Drops consumed chunks by the thousand, or when none is left: shifting the array for each one is slow. */
  private compact(): void {
    if (this.length > 0 && this.head < 1_000) return;
    this.chunks = this.chunks.slice(this.head);
    this.head = 0;
  }
}
