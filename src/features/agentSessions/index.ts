import type { ComputerStore } from '../../computers/computerStore';
import type { Terminals } from '../../terminal/terminals';
import type { FindComputer } from '../../ui/findComputerWithProgress';
import type { Feature } from '../../ui/registerCommands';
import { ResumeSessionCommand } from './resumeSessionCommand';

export type AgentSessionsCommandId = 'celesto.resumeSession';

export interface AgentSessionsDeps {
  readonly findComputer: FindComputer;
  readonly store: Pick<ComputerStore, 'find'>;
  readonly terminals: Terminals;
}

/** Makes the command that resumes a session which an agent saved. */
export function registerAgentSessions(deps: AgentSessionsDeps): Feature<AgentSessionsCommandId> {
  const { findComputer, store, terminals } = deps;
  const nameOf = (idOrName: string): string | undefined => store.find(idOrName)?.name;
  const command = new ResumeSessionCommand(findComputer, nameOf, terminals);
  return { handlers: { 'celesto.resumeSession': command.resume }, dispose: () => undefined };
}
