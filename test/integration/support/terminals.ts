import * as vscode from 'vscode';
import { until } from '../../harness/until';

/** Copies the text of a terminal, its scroll-back included. */
export async function textOf(terminal: vscode.Terminal): Promise<string> {
  await until('the terminal to be in front', () => {
    terminal.show();
    return vscode.window.activeTerminal === terminal;
  });
  await vscode.env.clipboard.writeText('');
  for (const step of ['selectAll', 'copySelection', 'clearSelection'])
    await vscode.commands.executeCommand(`workbench.action.terminal.${step}`);
  return (await vscode.env.clipboard.readText()).trimEnd();
}

/** Waits until the text of a terminal matches. @returns its text */
export async function shows(terminal: vscode.Terminal, pattern: RegExp): Promise<string> {
  let text = '';
  try {
    return await until(`the terminal to show ${pattern}`, async () => {
      text = await textOf(terminal);
      return pattern.test(text) && text;
    });
  } catch (error) {
    throw new Error(`The terminal shows:\n${text}`, { cause: error });
  }
}

/** Opens a computer by the user's command. @returns its terminal */
export async function open(idOrName: string): Promise<vscode.Terminal> {
  const before = new Set(vscode.window.terminals);
  await vscode.commands.executeCommand('celesto.openByName', idOrName);
  return until('a new terminal', () => vscode.window.terminals.find((terminal) => !before.has(terminal)));
}

/** Closes all terminals of the window. */
export async function closeAll(): Promise<void> {
  for (const terminal of vscode.window.terminals) terminal.dispose();
  await until('the end of all terminals', () => vscode.window.terminals.length === 0);
}
