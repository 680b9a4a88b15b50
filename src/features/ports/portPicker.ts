import * as vscode from 'vscode';
import type { PortForward } from './portForward';
import type { ListeningPort } from './listeningPorts';
import { DisposableStore } from '../../base/disposable';
import { escapeIcons } from '../../base/text';

/** A port that a person chose. */
export interface PortChoice {
  readonly port: number;
  /** The port of this machine, where they said one. */
  readonly local?: number;
}

export interface PortPickerOptions {
  readonly title: string;
  readonly placeholder: string;
  /** The ports to offer, once they are found. */
  readonly listening: Promise<readonly ListeningPort[]>;
  /** Reads what was typed. @returns a sentence where it cannot be taken */
  readonly parse: (text: string) => PortChoice | string;
}

interface PortItem extends vscode.QuickPickItem {
  readonly choice?: PortChoice;
}

/**
 * Lets a person choose a port: one of those that somebody listens on, or any that they type.
 * @returns undefined when they left
 * @throws what finding the ports did
 */
export async function pickPort({
  title,
  placeholder,
  listening: found,
  parse: read,
}: PortPickerOptions): Promise<PortChoice | undefined> {
  const disposables = new DisposableStore();
  const pick = disposables.add(vscode.window.createQuickPick<PortItem>());
  pick.title = title;
  pick.placeholder = placeholder;
  pick.matchOnDescription = true;
  pick.busy = true;
  let offered: readonly PortItem[] = [];
  const draw = (): void => {
    const text = pick.value.trim();
    // VS Code tells what was chosen by its place, and late: what was typed is first, whatever is found meanwhile.
    const known = offered.filter(({ label }) => label === text);
    const others = offered.filter(({ label }) => label !== text);
    pick.items = [...(known.length > 0 ? known : typedItems(text, read)), ...others];
  };
  disposables.add(pick.onDidChangeValue(draw));
  try {
    return await new Promise((resolve, reject) => {
      disposables.add(
        pick.onDidAccept(() => {
          const choice = pick.selectedItems[0]?.choice;
          if (choice) resolve(choice);
        }),
      );
      disposables.add(pick.onDidHide(() => resolve(undefined)));
      found.then((ports) => {
        offered = ports.map(itemOf);
        pick.busy = false;
        draw();
      }, reject);
      pick.show();
    });
  } finally {
    disposables.dispose();
  }
}

/** Asks which port of this machine a forward is to have. */
export async function askLocalPort({
  computer,
  port,
  localPort,
  preferredPort: wanted,
}: PortForward): Promise<number | undefined> {
  const answer = await vscode.window.showInputBox({
    title: vscode.l10n.t('Change Local Port of Port {0} of {1}', port, computer.name),
    prompt: vscode.l10n.t('The port of this machine that leads there. What is connected now is cut off.'),
    value: String(localPort ?? wanted),
    validateInput: (text) => validatePort(text.trim()),
  });
  return answer === undefined ? undefined : Number(answer.trim());
}

/** What is wrong with what was typed for a port; undefined where nothing is. */
export function validatePort(text: string): string | undefined {
  const isPort = /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
  return isPort ? undefined : vscode.l10n.t('A port is a number from 1 to 65535.');
}

/** The line for what was typed: to be taken, or what is wrong with it. */
function typedItems(text: string, read: PortPickerOptions['parse']): PortItem[] {
  if (!/^[\d:]+$/.test(text)) return [];
  const choice = read(text);
  if (typeof choice === 'string')
    return [{ label: choice, iconPath: new vscode.ThemeIcon('error'), alwaysShow: true }];
  const label = vscode.l10n.t('Port {0}', choice.port);
  const description = choice.local === undefined ? undefined : vscode.l10n.t('here as {0}', choice.local);
  return [{ label, ...(description !== undefined && { description }), choice, alwaysShow: true }];
}

function itemOf({ port, process }: ListeningPort): PortItem {
  return {
    label: String(port),
    description: process === undefined ? vscode.l10n.t('somebody listens') : escapeIcons(process),
    iconPath: new vscode.ThemeIcon('radio-tower'),
    choice: { port },
  };
}
