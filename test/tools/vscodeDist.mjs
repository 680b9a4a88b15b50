// Real VS Codes to test in: npm's code-server (VS Code's own server, extension host and workbench, for a browser), each
// with the Node that it wants, in a git-ignored folder. Everything comes from the npm registry and nothing is compiled.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MachineError, npm } from './command.mjs';

const distFolder = join(import.meta.dirname, '..', '..', '.vscode-dist');

/** Raise when the way of installing below changes, so that present installations are replaced. */
const recipeVersion = 1;

/** The VS Codes under test: the newest to be had, and the oldest that package.json's `engines.vscode` admits. */
const versions = {
  newest: { codeServer: '4.139.1', node: '24.21.0' },
  floor: { codeServer: '4.104.0', node: '22.23.3' },
};

/** The first argon2 that carries its binaries; older code-servers ask for one that has to be compiled. */
const argon2Version = '0.44.0';

/**
 * The folders of an installed VS Code.
 * @param {'newest' | 'floor'} name
 */
export function vscodeDist(name) {
  const { codeServer, node } = versions[name];
  const dir = join(distFolder, codeServer);
  return {
    version: codeServer.replace(/^4\./, '1.'),
    dir,
    node: join(dir, 'node_modules', nodePackage(), 'bin', 'node'),
    codeServer: join(dir, 'node_modules', 'code-server'),
    stamp: JSON.stringify({ codeServer, node, argon2: argon2Version, recipe: recipeVersion }),
  };
}

/**
 * True when it is installed completely and by the present recipe.
 * @param {'newest' | 'floor'} name
 */
export function hasVSCode(name) {
  const { dir, stamp } = vscodeDist(name);
  const file = join(dir, 'installed.json');
  return existsSync(file) && readFileSync(file, 'utf8') === stamp;
}

/**
 * Installs a VS Code unless it is there. It is put together in a folder of its own and then moved, so that an
 * interrupted installation is never taken for a complete one.
 * @param {'newest' | 'floor'} name
 * @param {(message: string) => void} log
 */
export async function ensureVSCode(name, log) {
  if (hasVSCode(name)) return;
  const { dir, stamp, version } = vscodeDist(name);
  log(
    `Installing VS Code ${version} (npm's code-server) into .vscode-dist; this takes about half a minute …`,
  );
  mkdirSync(distFolder, { recursive: true });
  const building = mkdtempSync(join(distFolder, 'installing-'));
  try {
    await install(building, versions[name]);
    writeFileSync(join(building, 'installed.json'), stamp);
    rmSync(dir, { recursive: true, force: true });
    renameSync(building, dir);
  } catch (error) {
    throw new MachineError(
      `VS Code ${version} could not be installed. Check the connection to the npm registry, then try again.\n${error.message}`,
    );
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
}

/** Installs without install scripts: those would compile parts that no test needs (a database, Kerberos), or download. */
async function install(dir, { codeServer, node }) {
  const dependencies = { 'code-server': codeServer, [nodePackage()]: node };
  writeFileSync(
    join(dir, 'package.json'),
    JSON.stringify({ private: true, dependencies, overrides: { argon2: argon2Version } }),
  );
  const vscode = join(dir, 'node_modules', 'code-server', 'lib', 'vscode');
  for (const cwd of [dir, vscode, join(vscode, 'extensions')]) {
    await npm(['install', '--ignore-scripts', '--omit=dev', '--no-package-lock'], { cwd });
  }
}

/** The npm package that is Node itself, for this machine. */
function nodePackage() {
  if (process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch))
    return `node-linux-${process.arch}`;
  throw new MachineError(
    `VS Code in the browser is set up on Linux (x64, arm64) alone, not on ${process.platform}-${process.arch}. Use '-- --desktop'.`,
  );
}
