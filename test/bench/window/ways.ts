import type { Kind } from './processes';

/** Where a computer is: on this machine, or at the end of the slow line. */
export type Place = 'near' | 'far';
export const places: readonly Place[] = ['near', 'far'];

/** A way to a shell on a computer, by one key. */
export interface Way {
  readonly key: Readonly<Record<Place, string>>;
  /** The process that carries the output of its terminals. */
  readonly process: Kind;
  /** Of what it opens, in settings. */
  readonly name: (place: Place) => string;
}

export const ways = {
  native: {
    key: { near: 'Control+Alt+1', far: 'Control+Alt+2' },
    process: 'ptyHost',
    name: (place: Place) => `ssh ${place}`,
  },
  ours: {
    key: { near: 'Control+Alt+3', far: 'Control+Alt+4' },
    process: 'extensionHost',
    name: (place: Place) => place,
  },
} as const satisfies Record<string, Way>;

export type WayName = keyof typeof ways;
export const wayNames: readonly WayName[] = ['native', 'ours'];

/** Ends every terminal. */
export const killAll = 'Control+Alt+5';

const binding = (key: string, command: string, args?: unknown) => ({
  key: key.replace('Control', 'ctrl').toLowerCase(),
  command,
  args,
});

/** Keys of VS Code for all that. */
export const allKeys = [
  ...places.map((place) =>
    binding(ways.native.key[place], 'workbench.action.terminal.newWithProfile', {
      profileName: ways.native.name(place),
    }),
  ),
  ...places.map((place) => binding(ways.ours.key[place], 'celesto.openByName', ways.ours.name(place))),
  binding(killAll, 'workbench.action.terminal.killAll'),
];
