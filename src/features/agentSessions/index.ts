import type { Clock } from '../../base/clock';
import type { ComputerFinder } from '../../computers/computerFinder';
import type { Terminals } from '../../terminal/terminals';
import type { Feature } from '../../ui/registerCommands';
import type { Targets } from '../../ui/targets';
import { SessionCommands } from './sessionCommands';

export type AgentSessionsCommandId = 'celesto.useAsDefault' | 'celesto.openDefault' | 'celesto.resumeSession';

export interface AgentSessionsDeps {
  readonly targets: Targets;
  readonly finder: ComputerFinder;
  readonly terminals: Terminals;
  readonly clock: Clock;
  readonly defaultComputer: () => string;
}

/** Makes the commands for the default computer and for sessions that an agent saved. */
export function registerAgentSessions(deps: AgentSessionsDeps): Feature<AgentSessionsCommandId> {
  const { targets, finder, terminals, clock, defaultComputer } = deps;
  const commands = new SessionCommands(targets, finder, terminals, clock, defaultComputer);
  return {
    handlers: {
      'celesto.useAsDefault': commands.useAsDefault,
      'celesto.openDefault': commands.openDefault,
      'celesto.resumeSession': commands.resume,
    },
    dispose: () => undefined,
  };
}
