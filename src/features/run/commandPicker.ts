import * as vscode from 'vscode';
import type { CommandHistory } from './commandHistory';
import { abbreviate } from './runOutcome';
import { DisposableStore } from '../../base/disposable';
import { escapeIcons } from '../../base/text';

interface CommandItem extends vscode.QuickPickItem {
  readonly command: string;
}

/**
 * Asks for a command: a new one, or one that ran on the computer before, the latest first.
 * @returns undefined when the person left
 */
export function pickCommand(
  computer: { readonly id: string; readonly name: string },
  history: CommandHistory,
): Promise<string | undefined> {
  const disposables = new DisposableStore();
  const box = disposables.add(vscode.window.createQuickPick<CommandItem>());
  box.title = vscode.l10n.t('Run Command on {0}', computer.name);
  box.placeholder = vscode.l10n.t('A command, such as npm test');
  const draw = (): void => {
    const typed = box.value;
    const before = history.of(computer.id).filter((line) => line !== typed);
    box.items = [...(typed.trim() ? [typedItem(typed)] : []), ...before.map(pastItem)];
  };
  draw();
  box.onDidChangeValue(draw);
  box.onDidTriggerItemButton(({ item }) => void history.remove(computer.id, item.command).then(draw));
  box.show();
  return new Promise((resolve) => {
    box.onDidAccept(() => {
      // Enter right behind the last key comes before the list has followed: then what was typed is meant.
      const [chosen] = box.selectedItems;
      const line = chosen?.command ?? box.value;
      if (line.trim() === '') return;
      resolve(line);
      box.hide();
    });
    box.onDidHide(() => {
      resolve(undefined);
      disposables.dispose();
    });
  });
}

function typedItem(line: string): CommandItem {
  return {
    command: line,
    label: escapeIcons(line),
    description: vscode.l10n.t('run it'),
    iconPath: new vscode.ThemeIcon('play'),
    alwaysShow: true,
  };
}

function pastItem(line: string): CommandItem {
  const tooltip = vscode.l10n.t('Forget It');
  return {
    command: line,
    label: escapeIcons(abbreviate(line)),
    iconPath: new vscode.ThemeIcon('history'),
    buttons: [{ iconPath: new vscode.ThemeIcon('close'), tooltip }],
  };
}
