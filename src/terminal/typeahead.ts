/** Characters of typeahead that are buffered at most; further input is dropped. */
const maxTypeahead = 64 * 1024;

/** Input typed before the shell or the command is there to read it. */
export class Typeahead {
  private buffered = '';

  push(text: string): void {
    this.buffered = (this.buffered + text).slice(0, maxTypeahead);
  }

  clear(): void {
    this.buffered = '';
  }

  /** Hands the input to its reader, if there is any. */
  flush(write: (text: string) => void): void {
    if (this.buffered) write(this.buffered);
    this.clear();
  }
}
