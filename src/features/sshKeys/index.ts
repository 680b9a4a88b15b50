import type { CelestoClient } from '../../api/client';
import type { Clock } from '../../base/clock';
import type { ComputerStore } from '../../computers/computerStore';
import type { Lifecycle } from '../../computers/lifecycle';
import type { TransportSetting } from '../../connect/transportSelector';
import type { KnownComputers } from '../../ssh/hostKeys/knownComputers';
import type { ExtensionKey } from '../../ssh/keys/extensionKey';
import type { KeyRotation } from '../../ssh/keys/keyRotation';
import type { SshConfig } from '../../ssh/sshConfig';
import type { LocalSshProxies } from '../../ssh/tunnel/localSshProxies';
import type { CommandTargets } from '../../ui/commandTargets';
import type { Feature } from '../../ui/registerCommands';
import { CleanupCommands } from './cleanupCommands';
import { CopySshCommand } from './copySshCommand';
import { HostKeyCommands } from './hostKeyCommands';
import { SshKeyCommands } from './sshKeyCommands';

export type SshKeysCommandId =
  | 'celesto.copySshCommand'
  | 'celesto.showHostKeys'
  | 'celesto.forgetHostKey'
  | 'celesto.rotateSshKey'
  | 'celesto.removeFromComputer'
  | 'celesto.removeSshHelper';

export interface SshKeysDeps {
  readonly targets: CommandTargets;
  readonly client: CelestoClient;
  readonly store: ComputerStore;
  readonly lifecycle: Lifecycle;
  readonly knownComputers: KnownComputers;
  readonly extensionKey: ExtensionKey;
  readonly rotation: KeyRotation;
  readonly config: SshConfig;
  readonly sshProxies: LocalSshProxies;
  readonly clock: Clock;
  readonly transport: () => TransportSetting;
  /** Milliseconds that a start may take. */
  readonly startTimeoutMs: () => number;
}

/** Makes the commands for SSH from outside, host keys, the extension's key and the cleanup of computers. */
export function registerSshKeys(deps: SshKeysDeps): Feature<SshKeysCommandId> {
  const hostKeys = new HostKeyCommands(deps.targets, deps.knownComputers);
  const cleanup = new CleanupCommands(deps);
  return {
    handlers: {
      'celesto.copySshCommand': new CopySshCommand(deps).copy,
      'celesto.showHostKeys': hostKeys.show,
      'celesto.forgetHostKey': hostKeys.forget,
      'celesto.rotateSshKey': new SshKeyCommands(deps).rotate,
      'celesto.removeFromComputer': cleanup.remove,
      'celesto.removeSshHelper': cleanup.removeHelper,
    },
    dispose: () => undefined,
  };
}
