import * as vscode from 'vscode';
import { PortForwardCommands } from '../features/ports/portForwardCommands';
import { ChildTargets } from '../ui/childTargets';
import { PublishPortCommands } from '../features/ports/publishPortCommands';
import { DetachedShellCommands } from '../features/terminals/detachedShellCommands';
import { TerminalItemCommands } from '../features/terminals/terminalItemCommands';
import type { Targets } from '../ui/targets';
import { TerminalLinkProvider } from '../features/ports/terminalLinkProvider';
import { PortPublisher } from '../features/ports/portPublisher';
import type { Clock } from '../base/clock';
import { DisposableStore } from '../base/disposable';
import { ForwardedPortChildren, PublishedPortChildren } from '../features/ports/portChildren';
import { DetachedShellChildren } from '../features/terminals/detachedShellChildren';
import { TerminalChildren } from '../features/terminals/terminalChildren';
import type { Reach } from './reach';
import type { Running } from './runs';
import type { Service } from './service';

/** What has a line below a computer in the tree. */
export function buildParts({ terminals, forwards, shells }: Reach) {
  return {
    terminals: new TerminalChildren(terminals),
    shells: new DetachedShellChildren(shells),
    forwards: new ForwardedPortChildren(forwards),
    published: new PublishedPortChildren(),
  };
}

/** The commands for ports and for the lines below a computer, and the links in terminals. */
export function buildPortCommands(
  { client, lifecycle, store }: Service,
  { channels, forwards, shells, terminals }: Reach,
  { runs }: Running,
  parts: ReturnType<typeof buildParts>,
  targets: Targets,
  clock: Clock,
) {
  const disposables = new DisposableStore();
  const partTargets = new ChildTargets(store);
  const forward = new PortForwardCommands({
    ...{ targets, childTargets: partTargets, forwards, channels, clock },
    forwardedPorts: parts.forwards,
  });
  const publishing = new PortPublisher(client, lifecycle, clock);
  const publish = new PublishPortCommands({
    targets,
    childTargets: partTargets,
    publishedPorts: parts.published,
    publisher: publishing,
    client,
    clock,
  });
  const shown = new TerminalItemCommands(terminals);
  const kept = new DetachedShellCommands(targets, shells, terminals, clock);
  const computerOf = (terminal: vscode.Terminal) =>
    terminals.find(terminal)?.pty.spec.computer ?? runs.computerOf(terminal);
  disposables.add(vscode.window.registerTerminalLinkProvider(new TerminalLinkProvider(computerOf, forward)));
  return {
    handlers: {
      'celesto.showTerminal': shown.show,
      'celesto.closeTerminal': shown.close,
      'celesto.attachShell': kept.attach,
      'celesto.endShell': kept.end,
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
