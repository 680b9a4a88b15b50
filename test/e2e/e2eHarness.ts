import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { inspect } from 'node:util';
import type { Seed, Times, WireComputer } from '../emulator/computer';
import type { Control } from '../emulator/control';
import { startEmulator, type Emulator } from '../emulator/emulator';
import type { JournalEntry } from '../emulator/journal';
import { openBrowser } from '../harness/browser';
import { CodeServer, installExtension, type CodeServerOptions } from '../harness/codeServer';
import type { VSCodeName } from '../tools/machine.mjs';
import { artifactsFolder, vsixPath } from '../tools/paths';
import { exitOnSignals } from '../tools/processGroup';
import { until } from '../harness/until';
import { testSettings } from '../harness/vscodeSettings';
import { Window } from '../harness/window';
import type { Terminals } from '../harness/window/terminals';
import type { Row, Tree } from '../harness/window/tree';

export interface E2eOptions {
  /** The computers that are there. */
  readonly seed: Seed[];
  /** Milliseconds; quick ones unless given. */
  readonly times?: Partial<Times>;
  /** Unless given, the newest. */
  readonly vscode?: VSCodeName;
  /** Whether the environment of VS Code has the API key; it has unless given. */
  readonly signedIn?: boolean;
  /** Of the machine that VS Code runs on; see {@link E2eHarness.changeSettings}. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Of the person, for what VS Code itself takes from nowhere else. */
  readonly userSettings?: Readonly<Record<string, unknown>>;
  /** Of VS Code, besides. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Long enough to be seen, short enough to be waited for. */
const quickTimes: Partial<Times> = {
  create: 700,
  start: 700,
  stop: 500,
  restore: 500,
  restorePickup: 500,
  delete: 300,
  deletedKept: 500,
};

/** What the tests of one file play on: a service with its computers, and a VS Code that has the extension's package. */
export class E2eHarness {
  readonly folder = mkdtempSync(join(tmpdir(), 'celesto-e2e-'));
  private started:
    { readonly emulator: Emulator; readonly window: Window; readonly server: CodeServer } | undefined;
  private readonly cleanups: (() => Promise<void>)[] = [];

  /** @param name of the folder for its pictures */
  constructor(
    private readonly name: string,
    private readonly options: E2eOptions,
  ) {
    exitOnSignals();
    before(() => this.start());
    after(() => this.stop());
  }

  /** A test. When it fails a picture tells how the window looked then, and the error what it said. */
  it(name: string, play: () => Promise<void>): void {
    it(name, async () => {
      try {
        await play();
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

  /** A computer as the service tells of it. */
  async computer(name: string): Promise<WireComputer> {
    return (await this.callApi(`/${encodeURIComponent(name)}`)) as WireComputer;
  }

  /** All computers, as the service tells of them. */
  async computers(): Promise<WireComputer[]> {
    return ((await this.callApi('?limit=200')) as { computers: WireComputer[] }).computers;
  }

  /** Does something to a computer past VS Code, as another person or program would. */
  async callFromOutside(method: 'POST' | 'DELETE', name: string, action = ''): Promise<void> {
    await this.callApi(`/${encodeURIComponent(name)}${action && `/${action}`}`, method);
  }

  /** The calls that VS Code made about a computer: of one method, and `action` such as 'start' or none. */
  async requests(method: string, name: string, action = ''): Promise<JournalEntry[]> {
    const { id } = await this.computer(name);
    return this.control.requests({ method, path: `/computers/${id}${action && `/${action}`}$` });
  }

  /** Waits until the service says this of a computer. */
  async waitForStatus(name: string, status: string): Promise<void> {
    await until(`${name} is ${status}`, async () => (await this.computer(name)).status === status);
  }

  /** The home folder of who runs VS Code. */
  get home(): string {
    return join(this.folder, 'vscode', 'home');
  }

  /** Changes the settings of the machine that VS Code runs on. */
  changeSettings(settings: Readonly<Record<string, unknown>>): void {
    const folder = join(this.folder, 'vscode', 'data', 'Machine');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings));
  }

  /** Opens one more window of the same person, on a folder that has these settings. */
  async openSecondWindow(name: string, settings: Readonly<Record<string, unknown>>): Promise<Window> {
    const folder = join(this.folder, name);
    mkdirSync(join(folder, '.vscode'), { recursive: true });
    writeFileSync(join(folder, '.vscode', 'settings.json'), JSON.stringify(settings));
    const window = await this.window.openAnother(this.running.server.url, folder);
    await window.openContainer('Celesto');
    return window;
  }

  /** Keeps a picture of the window, to be looked at. */
  async screenshot(name: string): Promise<void> {
    const file = `${name.replace(/[^\w-]+/g, '-').slice(0, 80)}.png`;
    await this.window.screenshot(join(this.screenshotFolder, file));
  }

  /** In short, for who cannot see the picture. */
  private async describeWindow(): Promise<string> {
    const { notifications, terminals } = this.window;
    const parts = await Promise.allSettled([
      this.tree.contents(),
      terminals.tabs(),
      notifications.texts(),
      terminals.text(),
    ]);
    return inspect(
      parts.map((part) => (part.status === 'fulfilled' ? part.value : String(part.reason))),
      { depth: 3, breakLength: 200 },
    );
  }

  private get screenshotFolder(): string {
    return join(artifactsFolder, 'e2e', this.name);
  }

  private get running() {
    if (this.started === undefined) throw new Error('The stage is not up.');
    return this.started;
  }

  private async callApi(what: string, method = 'GET'): Promise<unknown> {
    const { url, apiKey } = this.emulator;
    const headers = { authorization: `Bearer ${apiKey}` };
    const response = await fetch(`${url}/v1/computers${what}`, { method, headers });
    if (!response.ok) throw new Error(`${what}: ${await response.text()}`);
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
    );
    const opening = this.stopAfterTests(openBrowser(), (browser) => browser.close());
    const [emulator, browser] = await Promise.all([starting, opening, installExtension(options, vsixPath())]);
    const env = {
      ...this.options.env,
      CELESTO_BASE_URL: emulator.url,
      ...(signedIn && { CELESTO_API_KEY: emulator.apiKey }),
      // No key of the person who runs the tests.
      SSH_AUTH_SOCK: undefined,
    };
    const server = await this.stopAfterTests(CodeServer.start({ ...options, env }), (started) =>
      started.stop(),
    );
    // An empty folder: VS Code watches what is in it.
    const folder = join(this.folder, 'empty');
    mkdirSync(folder);
    const window = await Window.open(browser, server.url, folder);
    await window.openContainer('Celesto');
    this.started = { emulator, window, server };
  }

  /** Remembers how to end what is being started, however far it has come. */
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
