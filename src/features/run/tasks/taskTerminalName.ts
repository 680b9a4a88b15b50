import type * as vscode from 'vscode';
import { taskType } from './readTask';

/** The parts of a task that VS Code names its terminal after. */
export interface TaskLabel {
  readonly name: string;
  readonly scope: vscode.WorkspaceFolder | vscode.TaskScope;
  /** True for a task that the provider offers, false for one of tasks.json. */
  readonly isDetected: boolean;
}

/**
 * The name that VS Code gives to the terminal of a task. In a multi-root workspace it ends with the folder of the task;
 * tasks of the whole workspace count as those of the first folder.
 */
export function taskTerminalName(
  { name, scope, isDetected }: TaskLabel,
  {
    workspaceFile,
    workspaceFolders: [firstFolder] = [],
  }: Pick<typeof vscode.workspace, 'workspaceFile' | 'workspaceFolders'>,
): string {
  if (!workspaceFile) return name;
  const folder = typeof scope === 'object' ? scope : firstFolder;
  const label = isDetected ? `${taskType}: ${name}` : name;
  return folder ? `${label} (${folder.name})` : label;
}
