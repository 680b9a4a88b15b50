import * as vscode from 'vscode';
import { until } from '../../harness/until';

/** The text of a terminal, its scroll-back included, as a person copies it. */
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

/** Waits until a terminal shows what is wanted. @returns its text */
export async function shows(terminal: vscode.Terminal, wanted: RegExp): Promise<string> {
  let text = '';
  try {
    return await until(`the terminal to show ${wanted}`, async () => {
      text = await textOf(terminal);
      return wanted.test(text) && text;
    });
  } catch (error) {
    throw new Error(`The terminal shows:\n${text}`, { cause: error });
  }
}

/** Opens a computer by the command that a person would use. @returns its terminal */
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
