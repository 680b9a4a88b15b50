import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import ts from 'typescript';
import { projectFolder } from '../tools/paths';

/** One configuration of .vscode/launch.json. */
export interface LaunchConfiguration {
  readonly name: string;
  readonly type: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly envFile?: string;
  readonly preLaunchTask?: string;
}

/** A pattern that reads one problem from a line, by the numbers of its groups. */
export interface ProblemPattern {
  readonly regexp: string;
  readonly file: number;
  readonly line: number;
  readonly message: number;
}

export interface ProblemMatcher {
  readonly pattern: ProblemPattern;
  readonly background?: { readonly beginsPattern: string; readonly endsPattern: string };
}

/** One task of .vscode/tasks.json. */
export interface Task {
  readonly label: string;
  readonly type: string;
  /** The npm script, for a task of type npm. */
  readonly script?: string;
  readonly args?: readonly string[];
  readonly isBackground?: boolean;
  readonly problemMatcher: ProblemMatcher | readonly string[];
}

export const launchConfigurations: readonly LaunchConfiguration[] = (
  workspaceFile('launch.json') as { configurations: LaunchConfiguration[] }
).configurations;

export const tasks: readonly Task[] = (workspaceFile('tasks.json') as { tasks: Task[] }).tasks;

/** A task's matcher, where it has one of its own. @throws where it names VS Code's */
export function matcherOf({ label, problemMatcher }: Task): ProblemMatcher {
  if (!('pattern' in problemMatcher)) throw new Error(`The task ${label} has no problem matcher of its own.`);
  return problemMatcher;
}

/** The environment that a configuration gives to its program, as VS Code's debugger reads it. */
export function environmentOf(
  { env = {}, envFile }: LaunchConfiguration,
  workspaceFolder: string,
): Readonly<Record<string, string | undefined>> {
  if (envFile === undefined) return env;
  const file = envFile.replace('${workspaceFolder}', workspaceFolder);
  return { ...parseEnv(readFileSync(file, 'utf8')), ...env };
}

/** @returns a file of .vscode, comments and trailing commas admitted as VS Code does */
export function workspaceFile(name: string): unknown {
  const path = join(projectFolder, '.vscode', name);
  const read = ts.readConfigFile(path, (file) => readFileSync(file, 'utf8'));
  if (read.error)
    throw new Error(`${path}: ${ts.flattenDiagnosticMessageText(read.error.messageText, '\n')}`);
  return read.config as unknown;
}
