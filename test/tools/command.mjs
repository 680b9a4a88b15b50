// Finding and running programs of this machine.
import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A failure whose message alone tells the user what is wrong and what to do: it is printed without a stack. */
export class MachineError extends Error {
  name = 'MachineError';
}

/** Folders of system programs, which are not in everybody's PATH. */
const systemFolders = process.platform === 'win32' ? [] : ['/usr/sbin', '/sbin', '/usr/local/sbin'];

/**
 * The full path of a program.
 * @param {string} name
 * @returns {string | undefined} undefined when the machine does not have it
 */
export function findCommand(name) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...systemFolders];
  const endings = process.platform === 'win32' ? ['.exe', '.cmd'] : [''];
  return folders
    .flatMap((folder) => endings.map((ending) => join(folder, name + ending)))
    .find((path) => isProgram(path));
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Runs a program to its end. Its output is kept for the error.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<void>} rejects with a MachineError that quotes the program's last lines
 */
export function run(command, args, { cwd, env } = {}) {
  return new Promise((resolve, reject) => {
    const output = [];
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => output.push(data));
    const fail = (reason) => {
      const tail = Buffer.concat(output).toString().trim().split('\n').slice(-20).join('\n');
      reject(new MachineError(`'${[command, ...args].join(' ')}' failed: ${reason}${tail && `\n${tail}`}`));
    };
    child.on('error', (error) => fail(error.message));
    child.on('close', (code, signal) => (code === 0 ? resolve() : fail(signal ?? `exit code ${code}`)));
  });
}

/**
 * Runs the npm that this process was started with, else the one in PATH.
 * @param {string[]} args
 * @param {{ cwd: string }} options
 */
export function npm(args, { cwd }) {
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  const script = process.env.npm_execpath;
  if (script?.endsWith('.js')) return run(process.execPath, [script, ...args, ...quiet], { cwd });
  const command = findCommand('npm');
  if (!command)
    throw new MachineError(
      'npm is not installed. Install Node 20 with npm (https://nodejs.org), then run this again.',
    );
  return run(command, [...args, ...quiet], { cwd });
}
