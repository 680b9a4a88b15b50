import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { findCommand, type ToolName } from './machine.mjs';
import { projectFolder } from './paths';

/** A program that reads scripts of a language without running them, and fails where they are wrong. */
export interface Checker {
  readonly tool: ToolName;
  readonly extensions: readonly string[];
  args(file: string): readonly string[];
}

export interface ScriptProblem {
  readonly file: string;
  /** The output of the checker. */
  readonly output: string;
}

const parsePython = 'import ast, sys; ast.parse(open(sys.argv[1]).read(), sys.argv[1])';

export const checkers: readonly Checker[] = [
  { tool: 'shellcheck', extensions: ['.sh', '.bash'], args: shellcheckArgs },
  { tool: 'zsh', extensions: ['.zsh'], args: (file) => ['--no-rcs', '-n', file] },
  { tool: 'fish', extensions: ['.fish'], args: (file) => ['--no-config', '--no-execute', file] },
  { tool: 'perl', extensions: ['.pl'], args: (file) => ['-c', file] },
  { tool: 'python3', extensions: ['.py'], args: (file) => ['-I', '-c', parsePython, file] },
];

/** CI on Linux installs all checkers; elsewhere some cannot be had. */
const needsAllCheckers = Boolean(process.env.CI) && process.platform === 'linux';

/** Checks all scripts of the project and prints the problems. @returns the exit code */
export function main(): number {
  const files = projectScripts();
  const missing = missingCheckers(files);
  for (const { tool } of missing) console.log(`${tool} is not installed: its scripts were not checked.`);
  const problems = checkScripts(files);
  for (const { file, output } of problems) console.error(`${file}:\n${output}`);
  return problems.length > 0 || (missing.length > 0 && needsAllCheckers) ? 1 : 0;
}

/** The scripts that git tracks or would add, from the project's folder. */
export function projectScripts(): string[] {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const files = execFileSync('git', list, { cwd: projectFolder, encoding: 'utf8' }).split('\0');
  const present = files.filter((file) => file !== '' && isFile(resolve(projectFolder, file)));
  return [...new Set(present)].filter((file) => checkerOf(file) !== undefined).sort();
}

/** A tracked file may have been removed, and a link may lead to a folder. */
function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Checks scripts whose checkers are installed. */
export function checkScripts(files: readonly string[]): ScriptProblem[] {
  return files.flatMap((file) => {
    const checker = checkerOf(file);
    const program = checker && findCommand(checker.tool);
    if (checker === undefined || program === undefined) return [];
    const options = { cwd: projectFolder, encoding: 'utf8' } as const;
    const { status, stdout, stderr } = spawnSync(program, checker.args(file), options);
    return status === 0 ? [] : [{ file, output: (stdout + stderr).trim() }];
  });
}

function missingCheckers(files: readonly string[]): Checker[] {
  const needed = checkers.filter((checker) => files.some((file) => checkerOf(file) === checker));
  return needed.filter(({ tool }) => findCommand(tool) === undefined);
}

function checkerOf(file: string): Checker | undefined {
  const extension = extname(file) || shellExtension(file);
  return checkers.find(({ extensions }) => extensions.includes(extension));
}

/** A program without an extension may be a shell script by its first line. */
function shellExtension(file: string): string {
  const [firstLine = ''] = readFileSync(resolve(projectFolder, file), 'utf8').split('\n', 1);
  return /^#!.*\b(bash|sh)$/.test(firstLine) ? '.sh' : '';
}

/** Scripts that are sent to computers have no first line that names their shell: they are for any sh. */
function shellcheckArgs(file: string): readonly string[] {
  const namesItsShell = /^#(!| *shellcheck shell=)/.test(readFileSync(resolve(projectFolder, file), 'utf8'));
  const dialect = namesItsShell || file.endsWith('.bash') ? [] : ['--shell=sh'];
  // SC2015: `a && b || c` is no if-then-else. These scripts mean just what it does.
  return ['--norc', '--exclude=SC2015', ...dialect, file];
}
