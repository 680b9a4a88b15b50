import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { type Emulator, startEmulator } from '../../emulator/emulator';
import { openBrowser } from '../../harness/browser';
import { CodeServer } from '../../harness/codeServer';
import { runInWindow } from '../../harness/codeShim';
import { buildExtension, buildForExtensionHost } from '../../harness/extensionHostBuild';
import { testSettings } from '../../harness/vscodeSettings';
import { projectFolder } from '../../tools/paths';
import { measurementsVariable } from './record';

const modules = join(projectFolder, 'dist', 'test', 'bench');

/** A VS Code with the extension, and an emulator with one computer; each measurement gets an extension host of its own. */
export class MeasuringHost {
  private constructor(
    private readonly folder: string,
    private readonly emulator: Emulator,
    private readonly server: CodeServer,
    private readonly browser: Browser,
  ) {}

  /** @param measurements names of the modules in this folder to run */
  static async start(measurements: readonly string[]): Promise<MeasuringHost> {
    buildExtension();
    await buildForExtensionHost(
      measurements.map((name) => join(import.meta.dirname, `${name}.ts`)),
      modules,
    );
    const folder = mkdtempSync(join(tmpdir(), 'celesto-bench-'));
    const emulator = await startEmulator({ dir: join(folder, 'emulator'), seed: [{ name: 'einstein' }] });
    const env = {
      CELESTO_BASE_URL: emulator.url,
      CELESTO_API_KEY: emulator.apiKey,
      SSH_AUTH_SOCK: undefined,
      [measurementsVariable]: join(folder, 'measurements'),
    };
    const options = {
      vscode: 'newest',
      dir: folder,
      settings: testSettings,
      env,
      forExtensionTests: true,
    } as const;
    return new MeasuringHost(folder, emulator, await CodeServer.start(options), await openBrowser());
  }

  /**
   * Takes a measurement in a new window.
   * @returns what it recorded
   */
  async measure<T>(measurement: string): Promise<T> {
    const file = join(this.folder, 'measurements');
    rmSync(file, { force: true });
    const args = [
      `--extensionDevelopmentPath=${projectFolder}`,
      `--extensionTestsPath=${join(modules, `${measurement}.js`)}`,
    ];
    const code = await runInWindow(this.browser, this.server, args, this.folder);
    if (code !== 0) throw new Error(`${measurement} failed in the extension host.`);
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.server.stop();
    await this.emulator.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
