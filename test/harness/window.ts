import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { until } from './until';
import { Dialog } from './window/dialog';
import { Notifications } from './window/notifications';
import { QuickInput } from './window/quickInput';
import { Terminals } from './window/terminals';
import { Tree } from './window/tree';

/** A real window of VS Code and the hands of a person in it. Whatever is awaited here is waited for, 20 seconds at most. */
export class Window {
  readonly quickInput: QuickInput;
  readonly notifications: Notifications;
  readonly dialog: Dialog;
  readonly terminals: Terminals;
  /** Errors that the window itself ran into. */
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
   * @param folder the folder to open; none when left out
   */
  static async open(browser: Browser, url: string, folder?: string): Promise<Window> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    return Window.openIn(context, url, folder);
  }

  /** Opens one more window of the same person. */
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

  /** Loads the window anew, as a person would; what was open in it comes back as far as VS Code and the extension see to it. */
  async reload(): Promise<void> {
    const loaded = this.page.waitForEvent('load', { timeout: 60_000 });
    await this.runCommand('Developer: Reload Window');
    await loaded;
    await this.waitForWorkbench();
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  /** Closes the tab of the browser, as a person does: the window hears of it. Others of the same person stay. */
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

  /** Brings a container of the activity bar into the side bar. */
  async openContainer(title: string): Promise<void> {
    const item = this.activityItem(title);
    await item.waitFor();
    const isOpen = async (): Promise<boolean> => (await item.getAttribute('aria-expanded')) === 'true';
    // A click on the one that is open closes it, and a window that is being loaded may open it by itself meanwhile.
    await until(`${title} is open`, async () => {
      if (await isOpen()) return true;
      await item.click();
      await this.page.waitForTimeout(300);
      return isOpen();
    });
  }

  /** The number on a container's icon in the activity bar; undefined when it has none. */
  async badge(title: string): Promise<string | undefined> {
    const badge = this.activityItem(title).locator('.badge-content');
    return (await badge.isVisible()) ? badge.innerText() : undefined;
  }

  /** A tree view of the side bar, by the name in its header. */
  tree(name: string): Tree {
    return new Tree(this.page, name);
  }

  /** What stands in an entry of the status bar; undefined when there is none that matches. */
  async statusBarEntry(text: RegExp): Promise<string | undefined> {
    const entry = this.page.locator('.part.statusbar .statusbar-item', { hasText: text }).first();
    return (await entry.isVisible()) ? entry.innerText() : undefined;
  }

  async readClipboard(): Promise<string> {
    return this.page.evaluate('navigator.clipboard.readText()');
  }

  /** Waits until the clipboard holds just this. */
  async waitForClipboard(text: string): Promise<void> {
    try {
      await until(`the clipboard holds ${text}`, async () => (await this.readClipboard()) === text, 5000);
    } catch (error) {
      throw new Error(`${String(error)}\nIt holds:\n${await this.readClipboard()}`, { cause: error });
    }
  }

  /** Keeps a picture of the window, without what is only passing by. */
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
