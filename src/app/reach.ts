import { join } from 'node:path';
import type * as vscode from 'vscode';
import { PortForwards } from '../features/ports/portForwards';
import { PortForwardStorage } from '../features/ports/portForwardStorage';
import { createSsh } from '../ssh/createSsh';
import { KnownComputers } from '../ssh/hostKeys/knownComputers';
import { lookUpInHomeFile } from '../ssh/hostKeys/knownHosts';
import { ExtensionKey } from '../ssh/keys/extensionKey';
import type { ConnectionPool } from '../ssh/connection/connectionPool';
import type { KeyRotation } from '../ssh/keys/keyRotation';
import { LocalSshProxies } from '../ssh/tunnel/localSshProxies';
import { SshConfig } from '../ssh/sshConfig';
import { PersistentShells } from '../terminal/persistentShells';
import { ComputerConnector } from '../connect/computerConnector';
import { ChannelTransport, type ChannelHandle, type ChannelRequest } from '../connect/channelTransport';
import { GatewayTransport } from '../terminal/gatewayTransport';
import type { Transport } from '../connect/transport';
import { TransportCache } from '../connect/transportCache';
import { TransportSelector } from '../connect/transportSelector';
import { SshTransport } from '../terminal/sshTransport';
import { Reconnection } from '../connect/reconnection';
import { SavedTerminals } from '../terminal/savedTerminals';
import { SshChannels } from '../connect/sshChannels';
import { Terminals } from '../terminal/terminals';
import type { Clock } from '../base/clock';
import { DisposableStore, type Disposable } from '../base/disposable';
import { settings } from './settings';
import { askTrust, showHostKeyError } from '../features/sshKeys/hostKeyPrompts';
import { notifyMoved } from '../features/ports/portNotifications';
import { askPassphrase } from '../features/sshKeys/passphraseInput';
import type { Service } from './service';

/** What reaches into a computer: connections, the transports to them, terminals. */
export interface Reach extends Disposable {
  readonly known: KnownComputers;
  readonly ownKey: ExtensionKey;
  readonly config: SshConfig;
  readonly rotation: KeyRotation;
  readonly pool: ConnectionPool;
  readonly doors: LocalSshProxies;
  readonly transports: TransportSelector;
  readonly transportCache: TransportCache;
  readonly channels: SshChannels;
  readonly forwards: PortForwards;
  readonly shells: PersistentShells;
  readonly terminals: Terminals;
}

export function buildReach(context: vscode.ExtensionContext, service: Service, clock: Clock): Reach {
  const { client, lifecycle, log, store } = service;
  const known = new KnownComputers(context.globalState);
  const parts = new DisposableStore();
  const ownKey = parts.add(new ExtensionKey(context.secrets, log));
  const config = new SshConfig();
  const { pool, rotation } = createSsh({
    ...{ client, knownComputers: known, extensionKey: ownKey, config, clock, log },
    identityFile: settings.identityFile,
    lookUpKnownHost: lookUpInHomeFile,
    askPassphrase,
    confirmHostKey: askTrust,
  });
  parts.add(pool);
  const folder = join(context.globalStorageUri.fsPath, 'ssh');
  const doors = parts.add(
    new LocalSshProxies({ client, extensionKey: ownKey, knownComputers: known, log, folder }),
  );
  const transportCache = new TransportCache(clock);
  const transports = new TransportSelector(
    [new SshTransport('ssh', pool), new SshTransport('tunnel', pool), new GatewayTransport(client, clock)],
    settings.transport,
    transportCache,
  );
  const connector = new ComputerConnector(lifecycle, transports, settings.startTimeout);
  const channelTransports = new TransportSelector<Transport<ChannelRequest, ChannelHandle>>(
    [new ChannelTransport('ssh', pool), new ChannelTransport('tunnel', pool)],
    settings.transport,
    new TransportCache(clock, transportCache),
  );
  const channels = new SshChannels({
    connector: new ComputerConnector(lifecycle, channelTransports, settings.startTimeout),
    store,
    lifecycle,
    transport: settings.transport,
  });
  const forwards = parts.add(
    new PortForwards({
      store,
      storage: new PortForwardStorage(context.workspaceState),
      dial: (id, port, signal) => channels.openPort(id, port, signal),
      log,
      onMoved: notifyMoved,
    }),
  );
  const terminals = parts.add(
    new Terminals(store, new SavedTerminals(context.workspaceState), settings, {
      connector,
      reconnection: () => new Reconnection({ lifecycle, connector, clock }),
      isRunning: (id) => lifecycle.isRunning(id),
      clock,
      log,
      onFailure: showHostKeyError,
    }),
  );
  const shells = parts.add(new PersistentShells({ channels, terminals, store, clock, log }));
  return {
    known,
    ownKey,
    config,
    rotation,
    pool,
    doors,
    transports,
    transportCache,
    channels,
    forwards,
    shells,
    terminals,
    dispose: () => parts.dispose(),
  };
}
