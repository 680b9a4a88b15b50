import type { ProcessKind } from './peakMemory';

/** Where a computer is: on this machine, or at the end of the slow line. */
export type Location = 'near' | 'far';
export const locations: readonly Location[] = ['near', 'far'];

/** A way to a shell on a computer, by one key. */
export interface TerminalKind {
  readonly key: Readonly<Record<Location, string>>;
  /** The process that carries the output of its terminals. */
  readonly process: ProcessKind;
  /** Of what it opens, in settings. */
  readonly name: (place: Location) => string;
}

export const terminalKinds = {
  native: {
    key: { near: 'Control+Alt+1', far: 'Control+Alt+2' },
    process: 'ptyHost',
    name: (place: Location) => `ssh ${place}`,
  },
  ours: {
    key: { near: 'Control+Alt+3', far: 'Control+Alt+4' },
    process: 'extensionHost',
    name: (place: Location) => place,
  },
} as const satisfies Record<string, TerminalKind>;

export type TerminalKindName = keyof typeof terminalKinds;
export const terminalKindNames: readonly TerminalKindName[] = ['native', 'ours'];

/** Ends every terminal. */
export const killAllKey = 'Control+Alt+5';

const binding = (key: string, command: string, args?: unknown) => ({
  key: key.replace('Control', 'ctrl').toLowerCase(),
  command,
  args,
});

/** Keys of VS Code for all that. */
export const keybindings = [
  ...locations.map((place) =>
    binding(terminalKinds.native.key[place], 'workbench.action.terminal.newWithProfile', {
      profileName: terminalKinds.native.name(place),
    }),
  ),
  ...locations.map((place) =>
    binding(terminalKinds.ours.key[place], 'celesto.openByName', terminalKinds.ours.name(place)),
  ),
  binding(killAllKey, 'workbench.action.terminal.killAll'),
];
