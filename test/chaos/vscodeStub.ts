import { Emitter } from '../../src/base/emitter';

// The part of VS Code's API that a terminal needs, for running one in plain Node.

/** An event with one source, as VS Code's. */
export class EventEmitter<T> extends Emitter<T> {}

export const l10n = {
  t: (message: string, ...args: (string | number)[]): string =>
    message.replace(/\{(\d+)\}/g, (_, index: string) => String(args[Number(index)])),
};
