import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Emulator } from '../emulator/emulator';
import { isFree } from '../emulator/ports';
import { CodeServer, type CodeServerOptions, installExtension } from '../harness/codeServer';
import { DesktopVSCode } from '../harness/desktopVSCode';
import { quietSettings } from '../harness/vscodeSettings';
import { acquireLock } from './lockFile';
import { emulatorTools, ensureTools, ensureVSCode, findCommand, run } from './machine.mjs';
import { projectFolder, vsixPath } from './paths';
import { signInEnvironment, startTrialService } from './trialService';

const usage = `npm start -- [--desktop] [--no-browser]
  --desktop     desktop VS Code, as always on macOS and Windows, instead of VS Code in the browser
  --no-browser  only print the address`;

/** Kept between runs: the computers with their files, VS Code's settings. Git does not see it. */
const home = join(projectFolder, '.celesto');

/** Preferred, so that addresses stay the same from run to run. */
const preferredPorts = { vscode: 8420, emulator: 8421 };

/** A running VS Code. */
interface VSCode {
  /** The address for a browser; a desktop VS Code has none. */
  readonly url?: string;
  ended(): Promise<unknown>;
  stop(): Promise<void>;
}

/** Runs the product until the user ends it. @returns the exit code */
export async function main(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (options === undefined) {
    console.log(usage);
    return args.includes('--help') ? 0 : 2;
  }
  return new Start(options.desktop, options.browser).run();
}

/** @returns undefined when they make no sense, or ask for help */
function readOptions(args: string[]): { desktop: boolean; browser: boolean } | undefined {
  try {
    const options = { desktop: { type: 'boolean' }, 'no-browser': { type: 'boolean' } } as const;
    const { values } = parseArgs({ args, options });
    return { desktop: values.desktop ?? process.platform !== 'linux', browser: !values['no-browser'] };
  } catch {
    return undefined;
  }
}

/** One run of `npm start`. */
class Start {
  /** Steps that end what was started, to be taken in reverse order. */
  private readonly cleanups: (() => void | Promise<void>)[] = [];
  /** Aborted when the user ends the run. */
  private readonly abort = new AbortController();

  constructor(
    private readonly desktop: boolean,
    private readonly openBrowser: boolean,
  ) {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => this.abort.abort());
    // The terminal may be gone before the end; output to it is lost.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  }

  async run(): Promise<number> {
    mkdirSync(home, { recursive: true });
    this.cleanups.push(acquireLock(join(home, 'running.pid')));
    try {
      await this.startAndWait();
      return 0;
    } catch (error) {
      if (this.abort.signal.aborted) return 0; // A step that was cut short.
      throw error;
    } finally {
      console.log('\nEnding …');
      for (const cleanUp of this.cleanups.reverse()) await cleanUp();
    }
  }

  /** Checks for the end between steps: a program that is starting can be stopped only once it runs. */
  private async startAndWait(): Promise<void> {
    const { signal } = this.abort;
    await this.install();
    signal.throwIfAborted();
    console.log('Building the extension …');
    await run(process.execPath, [join(projectFolder, 'test', 'tools', 'package.mjs')]);
    signal.throwIfAborted();
    console.log('Starting the service …');
    const emulator = await this.startEmulator();
    signal.throwIfAborted();
    console.log('Starting VS Code …');
    const vscode = await (this.desktop ? this.startDesktop(emulator) : this.startInBrowser(emulator));
    signal.throwIfAborted();
    console.log(greeting(emulator, vscode.url));
    if (vscode.url !== undefined && this.openBrowser) showInBrowser(vscode.url);
    await Promise.race([vscode.ended(), new Promise((resolve) => signal.addEventListener('abort', resolve))]);
    if (!signal.aborted) console.log('VS Code has ended.');
  }

  private async install(): Promise<void> {
    const log = (message: string) => console.log(message);
    await ensureTools(emulatorTools, log);
    if (!this.desktop) await ensureVSCode('newest', log);
  }

  private async startEmulator(): Promise<Emulator> {
    const emulator = await startTrialService(join(home, 'emulator'), preferredPorts.emulator);
    this.cleanups.push(() => emulator.stop());
    return emulator;
  }

  private async startInBrowser(emulator: Emulator): Promise<VSCode> {
    const options: CodeServerOptions = {
      vscode: 'newest',
      dir: join(home, 'vscode'),
      settings: quietSettings,
      env: signInEnvironment(emulator),
      ...((await isFree('127.0.0.1', preferredPorts.vscode)) ? { port: preferredPorts.vscode } : {}),
    };
    await installExtension(options, vsixPath());
    const server = await CodeServer.start(options);
    this.cleanups.push(() => server.stop());
    return server;
  }

  private async startDesktop(emulator: Emulator): Promise<VSCode> {
    const desktop = await DesktopVSCode.start({
      dir: join(home, 'desktop'),
      settings: quietSettings,
      env: signInEnvironment(emulator),
      vsix: vsixPath(),
    });
    this.cleanups.push(() => desktop.stop());
    return desktop;
  }
}

function greeting(emulator: Emulator, url: string | undefined): string {
  return `
  Celesto Computers is running${url === undefined ? ' in the VS Code window that has just opened' : `:  ${url}`}

  ${url === undefined ? 'In it' : 'Open that address in a browser, then'}
    1. click the Celesto icon in the bar at the left edge, then Sign In
    2. select "Use the key in CELESTO_API_KEY", and agree to the emulator's address: this is asked once
    3. three computers are there; click "curie", which is stopped: it is started, and you are at its prompt
    4. type "hostname", and what else you like; "exit" closes the terminal

  The service is an emulator at ${emulator.url}; its key is in VS Code's environment.
  Both answer on this machine alone, to everyone who uses it. What you do is kept in .celesto for the next time.
  Ctrl+C ends all of it.
`;
}

/** Opens the address where there is a display. A failure does not matter, since the address was printed. */
function showInBrowser(url: string): void {
  const opener = findCommand('xdg-open');
  const display = process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY;
  if (opener === undefined || display === undefined) return;
  spawn(opener, [url], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
