import { mkdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { vscodeDist, type VSCodeName } from '../tools/machine.mjs';
import { ProcessGroup } from '../tools/processGroup';
import { cleanEnvironment } from './environment';
import { until } from './until';
import { type Settings, writeSettings } from './vscodeSettings';

export interface CodeServerOptions {
  readonly vscode: VSCodeName;
  /** Folder of all its files: user data, extensions, its home, its log. */
  readonly dir: string;
  readonly settings: Settings;
  readonly env?: NodeJS.ProcessEnv;
  /** Port on 127.0.0.1; default: a free one. */
  readonly port?: number;
  /** Accepts the extension under development and its tests from a page's URL. Hides notifications. */
  readonly forExtensionTests?: boolean;
}

/** A running VS Code server, for a browser to open. */
export class CodeServer {
  private constructor(
    readonly url: string,
    private readonly processes: ProcessGroup,
  ) {}

  /**
   * Starts it and waits until it answers.
   * @throws with the end of its log if it ends or does not answer
   */
  static async start(options: CodeServerOptions): Promise<CodeServer> {
    const { dir, settings } = options;
    writeSettings(join(dir, 'data'), settings);
    const port = options.port ?? (await freePort());
    const log = join(dir, 'server.log');
    const args = [
      '--bind-addr',
      `127.0.0.1:${port}`,
      ...(options.forExtensionTests ? testDriver(options.vscode) : []),
    ];
    const server = new CodeServer(`http://127.0.0.1:${port}/`, launch(options, args, log));
    try {
      await until('code-server answers', () => server.answersOrEnded(), 30_000);
      if (server.processes.hasEnded) throw new Error('It ended at once.');
      return server;
    } catch (error) {
      await server.stop();
      throw new Error(`code-server did not start:\n${readFileSync(log, 'utf8').slice(-2000)}`, {
        cause: error,
      });
    }
  }

  /** Resolves when it has ended for any reason. */
  async ended(): Promise<void> {
    await this.processes.ended();
  }

  /** Ends it, its extension hosts and its terminals. */
  async stop(): Promise<void> {
    await this.processes.stop();
  }

  private async answersOrEnded(): Promise<boolean> {
    return this.processes.hasEnded || (await fetch(new URL('healthz', this.url))).ok;
  }
}

/** Installs an extension's package into the folder of a code-server. */
export async function installExtension(options: CodeServerOptions, vsix: string): Promise<void> {
  mkdirSync(options.dir, { recursive: true });
  const log = join(options.dir, 'install.log');
  const processes = launch(options, ['--install-extension', vsix, '--force'], log);
  await processes.ended();
  const text = readFileSync(log, 'utf8');
  await processes.stop();
  if (!text.includes('successfully installed'))
    throw new Error(`code-server did not install ${vsix}:\n${text}`);
}

function launch({ vscode, dir, env }: CodeServerOptions, args: readonly string[], log: string): ProcessGroup {
  const { node, codeServer } = vscodeDist(vscode);
  const common = [
    ...['--config', join(dir, 'code-server.yaml'), '--auth', 'none'],
    ...['--user-data-dir', join(dir, 'data'), '--extensions-dir', join(dir, 'extensions')],
    ...[
      '--disable-telemetry',
      '--disable-update-check',
      '--disable-workspace-trust',
      '--disable-getting-started-override',
    ],
  ];
  const home = join(dir, 'home');
  mkdirSync(home, { recursive: true });
  return new ProcessGroup(node, [join(codeServer, 'out', 'node', 'entry.js'), ...common, ...args], {
    // A home folder of its own keeps the user's unchanged; an empty gallery URL avoids requests to the marketplace.
    env: cleanEnvironment({ HOME: home, EXTENSIONS_GALLERY: '{"serviceUrl":""}', ...env }),
    log,
  });
}

/** Newer code-servers accept tests from the page's URL only with this option; older ones always do, and lack the option. */
function testDriver(vscode: VSCodeName): readonly string[] {
  const options = readFileSync(join(vscodeDist(vscode).codeServer, 'out', 'node', 'cli.js'), 'utf8');
  return options.includes('vscode-option') ? ['--vscode-option', 'enable-smoke-test-driver'] : [];
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
