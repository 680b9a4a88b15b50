import type { ProcessKind } from './peakMemory';

/** Location of a computer: on this machine, or behind the slow link. */
export type Location = 'near' | 'far';
export const locations: readonly Location[] = ['near', 'far'];

/** A kind of terminal on a computer, opened by one key. */
export interface TerminalKind {
  readonly key: Readonly<Record<Location, string>>;
  /** The process that carries the output of its terminals. */
  readonly process: ProcessKind;
  /** Name of the profile or of the computer that it opens. */
  readonly name: (location: Location) => string;
}

export const terminalKinds = {
  native: {
    key: { near: 'Control+Alt+1', far: 'Control+Alt+2' },
    process: 'ptyHost',
    name: (location: Location) => `ssh ${location}`,
  },
  ours: {
    key: { near: 'Control+Alt+3', far: 'Control+Alt+4' },
    process: 'extensionHost',
    name: (location: Location) => location,
  },
} as const satisfies Record<string, TerminalKind>;

export type TerminalKindName = keyof typeof terminalKinds;
export const terminalKindNames: readonly TerminalKindName[] = ['native', 'ours'];

/** Kills all terminals. */
export const killAllKey = 'Control+Alt+5';

const binding = (key: string, command: string, args?: unknown) => ({
  key: key.replace('Control', 'ctrl').toLowerCase(),
  command,
  args,
});

/** Keybindings of VS Code for these keys. */
export const keybindings = [
  ...locations.map((location) =>
    binding(terminalKinds.native.key[location], 'workbench.action.terminal.newWithProfile', {
      profileName: terminalKinds.native.name(location),
    }),
  ),
  ...locations.map((location) =>
    binding(terminalKinds.ours.key[location], 'celesto.openByName', terminalKinds.ours.name(location)),
  ),
  binding(killAllKey, 'workbench.action.terminal.killAll'),
];
