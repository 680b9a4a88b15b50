import * as vscode from 'vscode';
import { ForwardCommands } from '../features/ports/forwardCommands';
import { ChildTargets } from '../ui/childTargets';
import { PublishCommands } from '../features/ports/publishCommands';
import { ShellCommands } from '../features/terminals/shellCommands';
import { ShownTerminals } from '../features/terminals/shownTerminals';
import type { Targets } from '../ui/targets';
import { TerminalLinks } from '../features/ports/terminalLinks';
import { Publishing } from '../features/ports/publishing';
import type { Clock } from '../base/clock';
import { DisposableStore } from '../base/disposable';
import { ForwardParts, PublishedParts } from '../features/ports/portParts';
import { ShellParts } from '../features/terminals/shellParts';
import { TerminalParts } from '../features/terminals/terminalParts';
import type { Reach } from './reach';
import type { Running } from './runs';
import type { Service } from './service';

/** What has a line below a computer in the tree. */
export function buildParts({ terminals, forwards, shells }: Reach) {
  return {
    terminals: new TerminalParts(terminals),
    shells: new ShellParts(shells),
    forwards: new ForwardParts(forwards),
    published: new PublishedParts(),
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
  const forward = new ForwardCommands({
    ...{ targets, childTargets: partTargets, forwards, channels, clock },
    children: parts.forwards,
  });
  const publishing = new Publishing(client, lifecycle, clock);
  const publish = new PublishCommands({
    targets,
    childTargets: partTargets,
    children: parts.published,
    publishing,
    client,
    clock,
  });
  const shown = new ShownTerminals(terminals);
  const kept = new ShellCommands(targets, shells, terminals, clock);
  const computerOf = (terminal: vscode.Terminal) =>
    terminals.find(terminal)?.pty.spec.computer ?? runs.computerOf(terminal);
  disposables.add(vscode.window.registerTerminalLinkProvider(new TerminalLinks(computerOf, forward)));
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
