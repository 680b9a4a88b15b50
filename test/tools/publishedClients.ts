import { execFile } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../../src/base/errors';
import { artifactsFolder, projectFolder } from './paths';

/** The service's published Python packages that the tests run: the last hosted-only one, and the one of October 2026. */
export const clientVersions = ['0.0.14', '0.1.10'] as const;

/** Milliseconds for the download and installation of one version. */
const timeoutMs = 10 * 60_000;

/** The folder that a version is installed in, with all that it needs. Kept between runs. */
export function clientFolder(version: string): string {
  return join(artifactsFolder, 'clients', `celesto-${version}`);
}

/**
 * Installs the versions that are missing, each pinned with its dependencies by version and hash. Pip writes into a folder
 * of this project alone, so that a Python managed by the system stays as it is.
 * @returns undefined, or the reason why they cannot be installed here
 */
export async function installPublishedClients(): Promise<string | undefined> {
  for (const version of clientVersions) {
    try {
      await install(version);
    } catch (error) {
      const [first = ''] = messageOf(error).split('\n').slice(-2);
      return `pip could not install celesto ${version} (${first.slice(0, 200)})`;
    }
  }
  return undefined;
}

async function install(version: string): Promise<void> {
  const folder = clientFolder(version);
  if (existsSync(folder)) return;
  const unfinished = `${folder}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  const requirements = join(projectFolder, 'test', 'clients', `celesto-${version}.txt`);
  const options = ['--quiet', '--no-deps', '--only-binary', ':all:', '--require-hashes'];
  const args = ['-m', 'pip', 'install', ...options, '--target', unfinished, '-r', requirements];
  await promisify(execFile)('python3', args, { timeout: timeoutMs });
  renameSync(unfinished, folder);
}
