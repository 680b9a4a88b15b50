import { Emitter } from '../../src/base/emitter';

// The few things of VS Code's API that a terminal is made of, for running it in plain Node.

/** As VS Code's: an event with one source. */
export class EventEmitter<T> extends Emitter<T> {}

export const l10n = {
  t: (message: string, ...args: (string | number)[]): string =>
    message.replace(/\{(\d+)\}/g, (_, index: string) => String(args[Number(index)])),
};
