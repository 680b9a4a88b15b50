import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable';
import { escapeIcons } from '../../base/text';
import { abbreviate } from './command';
import type { CommandHistory } from './commandHistory';

interface CommandItem extends vscode.QuickPickItem {
  readonly command: string;
}

/**
 * Asks for a command: a new one, or one from the computer's history, the latest first.
 * @returns undefined when the user cancels
 */
export function pickCommand(
  computer: { readonly id: string; readonly name: string },
  history: CommandHistory,
): Promise<string | undefined> {
  const disposables = new DisposableStore();
  const picker = disposables.add(vscode.window.createQuickPick<CommandItem>());
  picker.title = vscode.l10n.t('Run Command on {0}', computer.name);
  picker.placeholder = vscode.l10n.t('A command, such as npm test');
  const updateItems = (): void => {
    const typed = picker.value;
    const previous = history.of(computer.id).filter((command) => command !== typed);
    picker.items = [...(typed.trim() ? [typedItem(typed)] : []), ...previous.map(historyItem)];
  };
  updateItems();
  picker.onDidChangeValue(updateItems);
  picker.onDidTriggerItemButton(
    ({ item }) => void history.remove(computer.id, item.command).then(updateItems),
  );
  picker.show();
  return new Promise((resolve) => {
    picker.onDidAccept(() => {
      // Enter right after the last key arrives before the list has followed: then the typed text is meant.
      const [chosen] = picker.selectedItems;
      const command = chosen?.command ?? picker.value;
      if (command.trim() === '') return;
      resolve(command);
      picker.hide();
    });
    picker.onDidHide(() => {
      resolve(undefined);
      disposables.dispose();
    });
  });
}

function typedItem(command: string): CommandItem {
  return {
    command,
    label: escapeIcons(command),
    description: vscode.l10n.t('run it'),
    iconPath: new vscode.ThemeIcon('play'),
    alwaysShow: true,
  };
}

function historyItem(command: string): CommandItem {
  const tooltip = vscode.l10n.t('Forget It');
  return {
    command,
    label: escapeIcons(abbreviate(command)),
    iconPath: new vscode.ThemeIcon('history'),
    buttons: [{ iconPath: new vscode.ThemeIcon('close'), tooltip }],
  };
}
