/** Bytes that wait for their turn, in the pieces that they came in. */
export class ByteQueue {
  private pieces: Uint8Array[] = [];
  /** How many pieces were taken already. */
  private taken = 0;
  private waiting = 0;

  /** How many bytes wait. */
  get size(): number {
    return this.waiting;
  }

  push(piece: Uint8Array): void {
    this.pieces.push(piece);
    this.waiting += piece.length;
  }

  /**
   * Takes the bytes that came first: so many, or all if there are fewer.
   * @returns one piece, which may be a view of what was pushed
   */
  take(most = Infinity): Uint8Array {
    const parts: Uint8Array[] = [];
    for (let left = Math.min(most, this.waiting); left > 0; left -= parts.at(-1)?.length ?? left)
      parts.push(this.takePart(left));
    this.letGo();
    const [only] = parts;
    return parts.length === 1 && only ? only : Buffer.concat(parts);
  }

  /** Puts bytes before all others. */
  putBack(bytes: Uint8Array): void {
    if (this.taken > 0) this.pieces[(this.taken -= 1)] = bytes;
    else this.pieces.unshift(bytes);
    this.waiting += bytes.length;
  }

  private takePart(most: number): Uint8Array {
    const piece = this.pieces[this.taken] ?? new Uint8Array();
    const part = piece.subarray(0, most);
    if (part.length < piece.length) this.pieces[this.taken] = piece.subarray(most);
    else this.taken += 1;
    this.waiting -= part.length;
    return part;
  }

  /** Pieces that were taken go by the thousand, or when they are all: to move the others up costs time. */
  private letGo(): void {
    if (this.waiting > 0 && this.taken < 1_000) return;
    this.pieces = this.pieces.slice(this.taken);
    this.taken = 0;
  }
}
