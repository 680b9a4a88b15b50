import type { Log } from '../../../src/base/log';

/** A log that a test can read. */
export class RecordingLog implements Log {
  readonly lines: string[] = [];

  trace = (message: string): void => this.write('trace', message);
  debug = (message: string): void => this.write('debug', message);
  info = (message: string): void => this.write('info', message);
  warn = (message: string): void => this.write('warn', message);
  error = (message: string): void => this.write('error', message);

  get text(): string {
    return this.lines.join('\n');
  }

  private write(level: string, message: string): void {
    this.lines.push(`${level} ${message}`);
  }
}
