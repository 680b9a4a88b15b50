import type { ComputersInUse } from '../../computers/computersInUse';
import { idlePrompts } from './idlePrompts';
import { IdleStopper, type IdleStopperDeps } from './idleStopper';
import { WindowRegistry } from './windowRegistry';

export interface IdleDeps extends Omit<IdleStopperDeps, 'usage' | 'otherWindows' | 'prompts'> {
  /** Computers in use from this window. */
  readonly computersInUse: ComputersInUse;
  /** The folder through which the windows of this user tell each other which computers they use. */
  readonly windowsFolder: string;
}

/** Starts stopping computers that this window has started and nobody uses. */
export function registerIdle(deps: IdleDeps): IdleStopper {
  const otherWindows = new WindowRegistry(deps.windowsFolder, deps.clock);
  return new IdleStopper({ ...deps, usage: deps.computersInUse, otherWindows, prompts: idlePrompts });
}
