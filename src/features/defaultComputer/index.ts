import type { Feature } from '../../ui/registerCommands';
import { DefaultComputerCommands, type DefaultComputerDeps } from './defaultComputerCommands';

export type DefaultComputerCommandId = 'celesto.useAsDefault' | 'celesto.openDefault';

/** Makes the commands that choose and open the default computer. */
export function registerDefaultComputer(deps: DefaultComputerDeps): Feature<DefaultComputerCommandId> {
  const commands = new DefaultComputerCommands(deps);
  return {
    handlers: {
      'celesto.useAsDefault': commands.use,
      'celesto.openDefault': commands.open,
    },
    dispose: () => undefined,
  };
}
