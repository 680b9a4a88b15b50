// The project's own npm packages.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { npm } from './command.mjs';

const projectFolder = join(import.meta.dirname, '..', '..');

/**
 * Runs `npm ci` unless node_modules holds just what package-lock.json names. No install scripts: nothing here needs
 * them, and some would compile.
 * @param {(message: string) => void} log
 */
export async function ensureNodePackages(log) {
  if (hasNodePackages()) return;
  log('Installing the npm packages of this project …');
  await npm(['ci', '--ignore-scripts'], { cwd: projectFolder });
}

function hasNodePackages() {
  const wanted = lockedPackages(join(projectFolder, 'package-lock.json'));
  const installed = lockedPackages(join(projectFolder, 'node_modules', '.package-lock.json'));
  // The optional ones are for other platforms.
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === '' || optional || installed[path]?.version === version,
  );
}

/** @returns {Record<string, { version: string, optional?: boolean }>} nothing, when there is no such file */
function lockedPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return {};
  }
}
