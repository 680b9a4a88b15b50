import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable';
import { escapeIcons } from '../../base/text';
import type { ListeningPort } from './listeningPorts';
import type { PortForward } from './portForward';

export interface PortChoice {
  /** The remote port. */
  readonly port: number;
  /** The local port, where the user named one. */
  readonly local?: number;
}

export interface PortPickerOptions {
  readonly title: string;
  readonly placeholder: string;
  /** The ports to offer; they are shown when they arrive. */
  readonly listening: Promise<readonly ListeningPort[]>;
  /** Parses typed text. @returns a sentence where it is invalid */
  readonly parse: (text: string) => PortChoice | string;
}

interface PortItem extends vscode.QuickPickItem {
  readonly choice?: PortChoice;
}

/**
 * Lets the user pick a listening port, or type one.
 * @returns undefined when the user cancels
 * @throws the rejection of `listening`
 */
export async function pickPort(options: PortPickerOptions): Promise<PortChoice | undefined> {
  const disposables = new DisposableStore();
  const picker = disposables.add(vscode.window.createQuickPick<PortItem>());
  picker.title = options.title;
  picker.placeholder = options.placeholder;
  picker.matchOnDescription = true;
  picker.busy = true;
  let listening: readonly PortItem[] = [];
  const updateItems = (): void => {
    picker.items = itemsFor(picker.value.trim(), listening, options.parse);
  };
  disposables.add(picker.onDidChangeValue(updateItems));
  try {
    return await new Promise((resolve, reject) => {
      disposables.add(
        picker.onDidAccept(() => {
          const choice = picker.selectedItems[0]?.choice;
          if (choice) resolve(choice);
        }),
      );
      disposables.add(picker.onDidHide(() => resolve(undefined)));
      options.listening.then((ports) => {
        listening = ports.map(itemOf);
        picker.busy = false;
        updateItems();
      }, reject);
      picker.show();
    });
  } finally {
    disposables.dispose();
  }
}

/** Asks for the local port of a forward. @returns undefined when the user cancels */
export async function askLocalPort({
  computer,
  port,
  localPort,
  preferredPort,
}: PortForward): Promise<number | undefined> {
  const answer = await vscode.window.showInputBox({
    title: vscode.l10n.t('Change Local Port of Port {0} of {1}', port, computer.name),
    prompt: vscode.l10n.t('The local port to forward from. Open connections are closed.'),
    value: String(localPort ?? preferredPort),
    validateInput: (text) => validatePort(text.trim()),
  });
  return answer === undefined ? undefined : Number(answer.trim());
}

/** @returns a sentence where the text is no port; undefined where it is one */
export function validatePort(text: string): string | undefined {
  const isPort = /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
  return isPort ? undefined : vscode.l10n.t('A port is a number from 1 to 65535.');
}

/**
 * The items, with the one for the typed text first, whatever is found meanwhile: VS Code reports the accepted item by its
 * index, and late.
 */
function itemsFor(
  typed: string,
  listening: readonly PortItem[],
  parse: PortPickerOptions['parse'],
): PortItem[] {
  const matching = listening.filter(({ label }) => label === typed);
  const others = listening.filter(({ label }) => label !== typed);
  return [...(matching.length > 0 ? matching : typedItems(typed, parse)), ...others];
}

/** The item for typed text: a port to accept, or an error. */
function typedItems(text: string, parse: PortPickerOptions['parse']): PortItem[] {
  if (!/^[\d:]+$/.test(text)) return [];
  const choice = parse(text);
  if (typeof choice === 'string')
    return [{ label: choice, iconPath: new vscode.ThemeIcon('error'), alwaysShow: true }];
  const label = vscode.l10n.t('Port {0}', choice.port);
  const description = choice.local === undefined ? undefined : vscode.l10n.t('local port {0}', choice.local);
  return [{ label, ...(description !== undefined && { description }), choice, alwaysShow: true }];
}

function itemOf({ port, process }: ListeningPort): PortItem {
  return {
    label: String(port),
    description: process === undefined ? vscode.l10n.t('listening') : escapeIcons(process),
    iconPath: new vscode.ThemeIcon('radio-tower'),
    choice: { port },
  };
}
