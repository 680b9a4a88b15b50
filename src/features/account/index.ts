import type { Feature } from '../../ui/registerCommands';
import { AccountCommands, type AccountCommandsDeps } from './accountCommands';

export type AccountCommandId = 'celesto.signIn' | 'celesto.signOut' | 'celesto.switchOrganization';

/** Makes the commands for signing in and out and for the organization. */
export function registerAccount(deps: AccountCommandsDeps): Feature<AccountCommandId> {
  const commands = new AccountCommands(deps);
  return {
    handlers: {
      'celesto.signIn': commands.signIn,
      'celesto.signOut': commands.signOut,
      'celesto.switchOrganization': commands.switchOrganization,
    },
    dispose: () => undefined,
  };
}
