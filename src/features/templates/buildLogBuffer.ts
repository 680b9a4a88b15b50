import type { BuildLog } from '../../api/wire';

/** Bytes of a log that are kept, from its end: 2 MB. */
const maxBytes = 2 * 1024 * 1024;

/** The log of a build, put together from the answers of the service: each brings all of it, its news, or nothing. */
export class BuildLogBuffer {
  private bytes = Buffer.alloc(0);
  /** Position of `bytes` in the whole log. */
  private start = 0;
  private size = 0;

  /** Bytes of the log that the service need not send again. Undefined before its first answer. */
  get knownSize(): number | undefined {
    return this.size > 0 ? this.size : undefined;
  }

  /** True where the beginning of the log is missing. */
  get isCut(): boolean {
    return this.start > 0;
  }

  get text(): string {
    return this.bytes.toString('utf8');
  }

  add({ log, offset, size, unchanged }: BuildLog): void {
    if (unchanged) return;
    const news = Buffer.from(log, 'utf8');
    const end = this.start + this.bytes.length;
    // A shorter log is that of another build, and a gap cannot be filled.
    const continues = size >= this.size && offset >= this.start && offset <= end;
    this.bytes = continues ? Buffer.concat([this.bytes.subarray(0, offset - this.start), news]) : news;
    if (!continues) this.start = offset;
    this.size = Math.max(size, offset + news.length);
    this.cut();
  }

  /** Drops the beginning of a log that is too long, up to the end of a line. */
  private cut(): void {
    const excess = this.bytes.length - maxBytes;
    if (excess <= 0) return;
    const lineEnd = this.bytes.indexOf('\n', excess);
    const cut = lineEnd === -1 ? excess : lineEnd + 1;
    this.bytes = this.bytes.subarray(cut);
    this.start += cut;
  }
}
