import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import scriptExtensions from '../../src/scriptExtensions.json';
import { projectFolder } from '../tools/paths';

/** Builds the extension as it is shipped. */
export function buildExtension(): void {
  const { status } = spawnSync(process.execPath, [join(projectFolder, 'esbuild.mjs')], {
    cwd: projectFolder,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('The extension could not be built.');
}

/**
 * Builds modules to run beside the extension, in its extension host.
 * @param modules each is bundled into a file of the same name
 * @param folder the output folder, which is emptied first
 */
export async function buildForExtensionHost(modules: readonly string[], folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  await build({
    entryPoints: [...modules],
    outdir: folder,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode', 'mocha', 'cpu-features', '*.node'],
    loader: Object.fromEntries(scriptExtensions.map((extension) => [extension, 'text'])),
    sourcemap: 'inline',
    logLevel: 'warning',
  });
}
