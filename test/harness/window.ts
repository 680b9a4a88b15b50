import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { until } from './until';
import { Dialog } from './window/dialog';
import { Notifications } from './window/notifications';
import { QuickInput } from './window/quickInput';
import { Terminals } from './window/terminals';
import { Tree } from './window/tree';

/** Drives a real window of VS Code as a user does. Each step waits at most 20 s for its element. */
export class Window {
  readonly quickInput: QuickInput;
  readonly notifications: Notifications;
  readonly dialog: Dialog;
  readonly terminals: Terminals;
  /** Uncaught errors of the page. */
  readonly errors: string[] = [];

  private constructor(readonly page: Page) {
    page.setDefaultTimeout(20_000);
    page.on('pageerror', (error) => this.errors.push(String(error)));
    this.quickInput = new QuickInput(page);
    this.notifications = new Notifications(page);
    this.dialog = new Dialog(page);
    this.terminals = new Terminals(page);
  }

  /**
   * Opens a window in a browser profile of its own.
   * @param url the address of a code-server
   * @param folder the folder to open; default: none
   */
  static async open(browser: Browser, url: string, folder?: string): Promise<Window> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    return Window.openIn(context, url, folder);
  }

  /** Opens another window of the same user. */
  openAnother(url: string, folder: string): Promise<Window> {
    return Window.openIn(this.page.context(), url, folder);
  }

  private static async openIn(context: BrowserContext, url: string, folder?: string): Promise<Window> {
    const window = new Window(await context.newPage());
    const query = new URLSearchParams(folder === undefined ? { ew: 'true' } : { folder });
    await window.page.goto(`${url}?${query.toString()}`);
    await window.waitForWorkbench();
    return window;
  }

  /** Reloads the window by the user's command; VS Code and the extension restore what was open. */
  async reload(): Promise<void> {
    const loaded = this.page.waitForEvent('load', { timeout: 60_000 });
    await this.runCommand('Developer: Reload Window');
    await loaded;
    await this.waitForWorkbench();
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  /** Closes the tab of the browser with its `beforeunload` event, as a user does. Other windows of the user stay. */
  async closeTab(): Promise<void> {
    const closed = this.page.waitForEvent('close');
    await this.page.close({ runBeforeUnload: true });
    await closed;
  }

  /** Runs a command by its full name in the palette, such as 'View: Toggle Terminal'. */
  async runCommand(name: string): Promise<void> {
    await this.quickInput.openPalette();
    await this.quickInput.fill(`>${name}`);
    await this.quickInput.choose(name);
  }

  /** Opens a file of the folder by its name. */
  async openFile(name: string): Promise<void> {
    await this.quickInput.openPalette();
    await this.quickInput.fill(name);
    await this.quickInput.choose(name);
    await this.page
      .locator(`.editor-container .monaco-editor, .tab[data-resource-name="${name}"]`)
      .first()
      .waitFor();
  }

  /** Shows a view container of the activity bar in the side bar. */
  async openContainer(title: string): Promise<void> {
    const item = this.activityItem(title);
    await item.waitFor();
    const isOpen = async (): Promise<boolean> => (await item.getAttribute('aria-expanded')) === 'true';
    // A click closes an open container, and a window that is loading may open one by itself.
    await until(`${title} is open`, async () => {
      if (await isOpen()) return true;
      await item.click();
      await this.page.waitForTimeout(300);
      return isOpen();
    });
  }

  /** Badge of a container in the activity bar; undefined if it has none. */
  async badge(title: string): Promise<string | undefined> {
    const badge = this.activityItem(title).locator('.badge-content');
    return (await badge.isVisible()) ? badge.innerText() : undefined;
  }

  /** A tree view of the side bar, by the name in its header. */
  tree(name: string): Tree {
    return new Tree(this.page, name);
  }

  /** Text of the status bar entry that matches; undefined if there is none. */
  async statusBarEntry(text: RegExp): Promise<string | undefined> {
    const entry = this.page.locator('.part.statusbar .statusbar-item', { hasText: text }).first();
    return (await entry.isVisible()) ? entry.innerText() : undefined;
  }

  async readClipboard(): Promise<string> {
    return this.page.evaluate('navigator.clipboard.readText()');
  }

  /** Waits until the clipboard has exactly this text. */
  async waitForClipboard(text: string): Promise<void> {
    try {
      await until(`the clipboard to have ${text}`, async () => (await this.readClipboard()) === text, 5000);
    } catch (error) {
      throw new Error(`${String(error)}\nIt has:\n${await this.readClipboard()}`, { cause: error });
    }
  }

  /** Saves a screenshot of the window, without animations. */
  async screenshot(file: string): Promise<void> {
    mkdirSync(dirname(file), { recursive: true });
    await this.page.screenshot({ path: file, animations: 'disabled' });
  }

  private async waitForWorkbench(): Promise<void> {
    await this.page
      .locator('.monaco-workbench .activitybar .action-item')
      .first()
      .waitFor({ timeout: 60_000 });
  }

  private activityItem(title: string): Locator {
    const label = this.page.locator(`.action-label[aria-label^="${title}"]`);
    return this.page.locator('.activitybar .action-item').filter({ has: label });
  }
}
