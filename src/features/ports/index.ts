import * as vscode from 'vscode';
import type { CelestoClient } from '../../api/client';
import type { Clock } from '../../base/clock';
import { DisposableStore } from '../../base/disposable';
import type { Log } from '../../base/log';
import type { Computer } from '../../computers/computer';
import type { ComputerEvents } from '../../computers/computerEvents';
import type { UsageSource } from '../../computers/computersInUse';
import type { ComputerStore } from '../../computers/computerStore';
import type { Lifecycle } from '../../computers/lifecycle';
import type { SshChannels } from '../../connect/sshChannels';
import type { Terminals } from '../../terminal/terminals';
import type { CommandTargets } from '../../ui/commandTargets';
import type { Feature } from '../../ui/registerCommands';
import type { ChildProvider } from '../../ui/treeChildren';
import { TreeChildTargets } from '../../ui/treeChildTargets';
import { ForwardedPortChildren, PublishedPortChildren } from './portChildren';
import { PortForwardCommands } from './portForwardCommands';
import { PortForwards } from './portForwards';
import { PortForwardStorage } from './portForwardStorage';
import { notifyMoved, PortNotifications } from './portNotifications';
import { PortPublisher } from './portPublisher';
import { PublishPortCommands } from './publishPortCommands';
import { TerminalLinkProvider } from './terminalLinkProvider';

export type PortsCommandId =
  | 'celesto.forwardPort'
  | 'celesto.changeLocalPort'
  | 'celesto.stopForwarding'
  | 'celesto.openForwardedPort'
  | 'celesto.copyForwardedAddress'
  | 'celesto.publishPort'
  | 'celesto.unpublishPort'
  | 'celesto.openPublishedPort'
  | 'celesto.copyPublishedUrl';

export interface PortsDeps {
  readonly targets: CommandTargets;
  readonly client: CelestoClient;
  readonly store: ComputerStore;
  readonly lifecycle: Lifecycle;
  readonly events: ComputerEvents;
  readonly channels: SshChannels;
  readonly terminals: Terminals;
  readonly workspaceState: vscode.Memento;
  /** Finds the computer whose output a terminal shows. */
  readonly computerOf: (terminal: vscode.Terminal) => Pick<Computer, 'id' | 'name'> | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

export interface PortsFeature extends Feature<PortsCommandId> {
  /** Forwarded and published ports, for the tree. */
  readonly children: readonly ChildProvider[];
  /** Computers whose ports are forwarded. */
  readonly usage: UsageSource;
  /** Forwards the ports again that were forwarded when the window closed. */
  restore(): void;
}

/** Registers forwarding and publishing of ports, ports in the tree, and links to ports in terminals. */
export function registerPorts(deps: PortsDeps): PortsFeature {
  const { targets, client, store, lifecycle, events, channels, terminals, clock, log } = deps;
  const disposables = new DisposableStore();
  const forwards = disposables.add(
    new PortForwards({
      store,
      storage: new PortForwardStorage(deps.workspaceState),
      dial: (id, port, signal) => channels.openPort(id, port, signal),
      log,
      onMoved: notifyMoved,
    }),
  );
  disposables.add(new PortNotifications({ events, forwards, terminals, store }));
  const forwardedPorts = new ForwardedPortChildren(forwards);
  const publishedPorts = new PublishedPortChildren();
  const childTargets = new TreeChildTargets(store);
  const publisher = new PortPublisher(client, lifecycle, clock);
  const forward = new PortForwardCommands({
    ...{ targets, childTargets, forwardedPorts, forwards, channels, clock },
  });
  const publish = new PublishPortCommands({
    ...{ targets, childTargets, publishedPorts, publisher, client, clock },
  });
  const links = new TerminalLinkProvider(deps.computerOf, forward);
  disposables.add(vscode.window.registerTerminalLinkProvider(links));
  return {
    children: [forwardedPorts, publishedPorts],
    usage: forwards,
    restore: () => forwards.restore(),
    handlers: {
      'celesto.forwardPort': forward.forward,
      'celesto.changeLocalPort': forward.changeLocalPort,
      'celesto.stopForwarding': forward.stop,
      'celesto.openForwardedPort': forward.open,
      'celesto.copyForwardedAddress': forward.copyAddress,
      'celesto.publishPort': publish.publish,
      'celesto.unpublishPort': publish.unpublish,
      'celesto.openPublishedPort': publish.open,
      'celesto.copyPublishedUrl': publish.copyAddress,
    },
    dispose: () => disposables.dispose(),
  };
}
