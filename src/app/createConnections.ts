import { join } from 'node:path';
import type * as vscode from 'vscode';
import type { Clock } from '../base/clock';
import { type Disposable, DisposableStore } from '../base/disposable';
import { ComputerConnector } from '../connect/computerConnector';
import { Reconnection } from '../connect/reconnection';
import { SshChannels } from '../connect/sshChannels';
import { type ChannelHandle, type ChannelRequest, SshChannelTransport } from '../connect/sshChannelTransport';
import type { Transport } from '../connect/transport';
import { TransportCache } from '../connect/transportCache';
import { TransportSelector } from '../connect/transportSelector';
import { confirmHostKey } from '../features/sshKeys/hostKeyPrompts';
import { askPassphrase } from '../features/sshKeys/passphraseInput';
import type { ConnectionPool } from '../ssh/connection/connectionPool';
import { createSsh } from '../ssh/createSsh';
import { KnownComputers } from '../ssh/hostKeys/knownComputers';
import { lookUpInHomeFile } from '../ssh/hostKeys/knownHosts';
import { ExtensionKey } from '../ssh/keys/extensionKey';
import type { KeyRotation } from '../ssh/keys/keyRotation';
import { SshConfig } from '../ssh/sshConfig';
import { LocalSshProxies } from '../ssh/tunnel/localSshProxies';
import { GatewayShellTransport } from '../terminal/gatewayShellTransport';
import { PersistentShells } from '../terminal/persistentShells';
import { SavedTerminals } from '../terminal/savedTerminals';
import { SshShellTransport } from '../terminal/sshShellTransport';
import { Terminals } from '../terminal/terminals';
import type { Service } from './createService';
import { settings } from './settings';
import { showFailure } from './showFailure';

/** Everything that connects to computers: SSH connections, transports, terminals. */
export interface Connections extends Disposable {
  readonly knownComputers: KnownComputers;
  readonly extensionKey: ExtensionKey;
  readonly config: SshConfig;
  readonly rotation: KeyRotation;
  readonly pool: ConnectionPool;
  readonly sshProxies: LocalSshProxies;
  readonly transports: TransportSelector;
  readonly transportCache: TransportCache;
  readonly channels: SshChannels;
  readonly shells: PersistentShells;
  readonly terminals: Terminals;
}

/** Makes the connections to computers; nothing is connected or read yet. */
export function createConnections(
  context: vscode.ExtensionContext,
  service: Service,
  clock: Clock,
): Connections {
  const { client, lifecycle, log, store } = service;
  const knownComputers = new KnownComputers(context.globalState);
  const disposables = new DisposableStore();
  const extensionKey = disposables.add(new ExtensionKey(context.secrets, log));
  const config = new SshConfig();
  const { pool, rotation } = createSsh({
    ...{ client, knownComputers, extensionKey, config, clock, log },
    identityFile: settings.identityFile,
    lookUpKnownHost: lookUpInHomeFile,
    askPassphrase,
    confirmHostKey,
  });
  disposables.add(pool);
  const folder = join(context.globalStorageUri.fsPath, 'ssh');
  const sshProxies = disposables.add(
    new LocalSshProxies({ client, extensionKey, knownComputers, log, folder }),
  );
  const transportCache = new TransportCache(clock);
  const transports = new TransportSelector(
    [
      new SshShellTransport('ssh', pool),
      new SshShellTransport('tunnel', pool),
      new GatewayShellTransport(client, clock),
    ],
    settings.transport,
    transportCache,
  );
  const connector = new ComputerConnector(lifecycle, transports, settings.startTimeout);
  const channelTransports = new TransportSelector<Transport<ChannelRequest, ChannelHandle>>(
    [new SshChannelTransport('ssh', pool), new SshChannelTransport('tunnel', pool)],
    settings.transport,
    new TransportCache(clock, transportCache),
  );
  const channels = new SshChannels({
    connector: new ComputerConnector(lifecycle, channelTransports, settings.startTimeout),
    store,
    lifecycle,
    transport: settings.transport,
  });
  const terminals = disposables.add(
    new Terminals(store, new SavedTerminals(context.workspaceState), settings, {
      connector,
      reconnection: () => new Reconnection({ lifecycle, connector, clock }),
      isRunning: (id) => lifecycle.isRunning(id),
      clock,
      log,
      onFailure: showFailure,
    }),
  );
  const shells = disposables.add(new PersistentShells({ channels, terminals, store, clock, log }));
  return {
    knownComputers,
    extensionKey,
    config,
    rotation,
    pool,
    sshProxies,
    transports,
    transportCache,
    channels,
    shells,
    terminals,
    dispose: () => disposables.dispose(),
  };
}
