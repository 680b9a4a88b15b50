import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { inspect } from 'node:util';
import type { Seed, Times, WireComputer } from '../emulator/computer';
import type { Control } from '../emulator/control';
import { type Emulator, startEmulator } from '../emulator/emulator';
import type { JournalEntry } from '../emulator/journal';
import { openBrowser } from '../harness/browser';
import { CodeServer, type CodeServerOptions, installExtension } from '../harness/codeServer';
import { signInWithEnvironment } from '../harness/signIn';
import { until } from '../harness/until';
import { testSettings } from '../harness/vscodeSettings';
import { Window } from '../harness/window';
import type { Terminals } from '../harness/window/terminals';
import type { Row, Tree } from '../harness/window/tree';
import type { VSCodeName } from '../tools/machine.mjs';
import { artifactsFolder, vsixPath } from '../tools/paths';
import { exitOnSignals } from '../tools/processGroup';

export interface E2eOptions {
  /** Computers of the service. */
  readonly seed: Seed[];
  /** Milliseconds, in place of {@link quickTimes}. */
  readonly times?: Partial<Times>;
  /** Default: the newest. */
  readonly vscode?: VSCodeName;
  /** Puts the API key into the environment of VS Code, and signs in with it; default true. */
  readonly signedIn?: boolean;
  /** Machine settings; see {@link E2eHarness.changeSettings}. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** User settings, for those that VS Code itself reads from nowhere else. */
  readonly userSettings?: Readonly<Record<string, unknown>>;
  /** Further environment variables of VS Code. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Milliseconds: long enough to be seen, short enough to be waited for. */
const quickTimes: Partial<Times> = {
  create: 700,
  start: 700,
  stop: 500,
  restore: 500,
  restorePickup: 500,
  delete: 300,
  deletedKept: 500,
};

/** The environment of the tests of one file: an emulator with its computers, and a VS Code with the packaged extension. */
export class E2eHarness {
  readonly folder = mkdtempSync(join(tmpdir(), 'celesto-e2e-'));
  private started:
    { readonly emulator: Emulator; readonly window: Window; readonly server: CodeServer } | undefined;
  private readonly cleanups: (() => Promise<void>)[] = [];

  /** @param name of the folder for its screenshots */
  constructor(
    private readonly name: string,
    private readonly options: E2eOptions,
  ) {
    exitOnSignals();
    before(() => this.start());
    after(() => this.stop());
  }

  /** Declares a test. On failure it takes a screenshot and adds the texts of the window to the error. */
  it(name: string, test: () => Promise<void>): void {
    it(name, async () => {
      try {
        await test();
      } catch (error) {
        await this.screenshot(`failed ${name}`);
        throw new Error(`${inspect(error)}\nThe window then: ${await this.describeWindow()}`, {
          cause: error,
        });
      }
    });
  }

  get window(): Window {
    return this.running.window;
  }

  get emulator(): Emulator {
    return this.running.emulator;
  }

  get control(): Control {
    return this.emulator.control;
  }

  get tree(): Tree {
    return this.window.tree('Computers');
  }

  get terminals(): Terminals {
    return this.window.terminals;
  }

  row(computer: string): Row {
    return this.tree.row(computer);
  }

  /** Fetches a computer from the service. */
  async computer(name: string): Promise<WireComputer> {
    return (await this.callApi(`/${encodeURIComponent(name)}`)) as WireComputer;
  }

  /** Fetches all computers from the service. */
  async computers(): Promise<WireComputer[]> {
    return ((await this.callApi('?limit=200')) as { computers: WireComputer[] }).computers;
  }

  /** Acts on a computer without VS Code, as another client would. */
  async callFromOutside(method: 'POST' | 'DELETE', name: string, action = ''): Promise<void> {
    await this.callApi(`/${encodeURIComponent(name)}${action && `/${action}`}`, method);
  }

  /** The requests for a computer that the service received, by method and `action`, such as 'start' or none. */
  async requests(method: string, name: string, action = ''): Promise<JournalEntry[]> {
    const { id } = await this.computer(name);
    return this.control.requests({ method, path: `/computers/${id}${action && `/${action}`}$` });
  }

  /** Waits until the service reports this status of a computer. */
  async waitForStatus(name: string, status: string): Promise<void> {
    await until(`${name} is ${status}`, async () => (await this.computer(name)).status === status);
  }

  /** Home folder of the user who runs VS Code. */
  get home(): string {
    return join(this.folder, 'vscode', 'home');
  }

  /** Writes VS Code's machine settings. */
  changeSettings(settings: Readonly<Record<string, unknown>>): void {
    const folder = join(this.folder, 'vscode', 'data', 'Machine');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings));
  }

  /** Writes the user settings, beside those that all tests have. */
  changeUserSettings(settings: Readonly<Record<string, unknown>>): void {
    const all = { ...testSettings, ...this.options.userSettings, ...settings };
    writeFileSync(join(this.folder, 'vscode', 'data', 'User', 'settings.json'), JSON.stringify(all));
  }

  /** Opens another window of the same user, on a folder with these settings. */
  async openSecondWindow(name: string, settings: Readonly<Record<string, unknown>>): Promise<Window> {
    const folder = join(this.folder, name);
    mkdirSync(join(folder, '.vscode'), { recursive: true });
    writeFileSync(join(folder, '.vscode', 'settings.json'), JSON.stringify(settings));
    const window = await this.window.openAnother(this.running.server.url, folder);
    await window.openContainer('Celesto');
    return window;
  }

  /** Saves a screenshot of the window. */
  async screenshot(name: string): Promise<void> {
    const file = `${name.replace(/[^\w-]+/g, '-').slice(0, 80)}.png`;
    await this.window.screenshot(join(this.screenshotFolder, file));
  }

  /** Texts of the window, for error messages. */
  private async describeWindow(): Promise<string> {
    const { notifications, terminals } = this.window;
    const texts = await Promise.allSettled([
      this.tree.contents(),
      terminals.tabs(),
      notifications.texts(),
      terminals.text(),
    ]);
    return inspect(
      texts.map((text) => (text.status === 'fulfilled' ? text.value : String(text.reason))),
      { depth: 3, breakLength: 200 },
    );
  }

  private get screenshotFolder(): string {
    return join(artifactsFolder, 'e2e', this.name);
  }

  private get running() {
    if (this.started === undefined) throw new Error('The harness is not started.');
    return this.started;
  }

  private async callApi(path: string, method = 'GET'): Promise<unknown> {
    const { url, apiKey } = this.emulator;
    const headers = { authorization: `Bearer ${apiKey}` };
    const response = await fetch(`${url}/v1/computers${path}`, { method, headers });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    return response.json();
  }

  private async start(): Promise<void> {
    const { seed, times, settings = {}, vscode = 'newest', signedIn = true } = this.options;
    const options: CodeServerOptions = {
      vscode,
      dir: join(this.folder, 'vscode'),
      settings: { ...testSettings, ...this.options.userSettings },
    };
    rmSync(this.screenshotFolder, { recursive: true, force: true });
    this.changeSettings(settings);
    const starting = this.stopAfterTests(
      startEmulator({ dir: join(this.folder, 'emulator'), times: { ...quickTimes, ...times }, seed }),
      (emulator) => emulator.stop(),
    ).then(async (emulator) => {
      // Some files have more computers than a plan runs; the window reads the limit as it opens.
      await emulator.control.setBilling({ runningLimit: 100 });
      return emulator;
    });
    const opening = this.stopAfterTests(openBrowser(), (browser) => browser.close());
    const [emulator, browser] = await Promise.all([starting, opening, installExtension(options, vsixPath())]);
    const env = {
      ...this.options.env,
      CELESTO_BASE_URL: emulator.url,
      ...(signedIn && { CELESTO_API_KEY: emulator.apiKey }),
      // Hides the SSH agent of the user who runs the tests.
      SSH_AUTH_SOCK: undefined,
    };
    const server = await this.stopAfterTests(CodeServer.start({ ...options, env }), (started) =>
      started.stop(),
    );
    // An empty folder, since VS Code watches the files in it.
    const folder = join(this.folder, 'empty');
    mkdirSync(folder);
    const window = await Window.open(browser, server.url, folder);
    await window.openContainer('Celesto');
    this.started = { emulator, window, server };
    if (signedIn) await signInWithEnvironment(window);
  }

  /** Registers the clean-up of something that is being started, also for when the start of another fails. */
  private stopAfterTests<T>(started: Promise<T>, end: (it: T) => Promise<void>): Promise<T> {
    this.cleanups.push(() => started.then(end, () => undefined));
    return started;
  }

  private async stop(): Promise<void> {
    const outcomes = await Promise.allSettled(this.cleanups.map((end) => end()));
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
  }
}
