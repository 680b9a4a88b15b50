import type { Locator, Page } from 'playwright-core';
import { until } from '../until';
import { Menu } from './menu';
import { exactly } from './text';

/** What a person sees of a terminal's tab. */
export interface TabContent {
  readonly name: string;
  /** The icon's id, such as vm-running. */
  readonly icon: string;
  /** The theme colour of the icon, such as terminal.ansiGreen; an empty text when it has none. */
  readonly color: string;
  readonly active: boolean;
}

/** The part of the terminal emulator's interface that is read here: VS Code hangs it on the terminal's element. */
interface Emulator {
  readonly cols: number;
  readonly rows: number;
  readonly buffer: { readonly active: EmulatorBuffer };
}

interface EmulatorBuffer {
  readonly length: number;
  /** The first line that shows. */
  readonly viewportY: number;
  getLine(index: number): EmulatorLine | undefined;
}

interface EmulatorLine {
  readonly isWrapped: boolean;
  translateToString(trimRight: boolean): string;
  getCell(column: number): { isDim(): number } | undefined;
}

/** The terminal panel: its tabs, and the terminal that shows. */
export class Terminals {
  private readonly shown: Locator;

  constructor(private readonly page: Page) {
    this.shown = page.locator('.terminal-wrapper.active');
  }

  /** All that the terminal that shows holds, its scroll-back included; a wrapped line is one line. */
  async text(): Promise<string> {
    return this.shown.evaluate((element) => {
      const buffer = (element as unknown as { xterm: Emulator }).xterm.buffer.active;
      let text = '';
      for (let index = 0; index < buffer.length; index++) {
        const line = buffer.getLine(index);
        const next = buffer.getLine(index + 1);
        text += line?.translateToString(!next?.isWrapped) ?? '';
        if (!next?.isWrapped) text += '\n';
      }
      return text.replace(/\n+$/, '');
    });
  }

  /** Whether the first line that begins with this is drawn dimly. */
  async isDim(text: string): Promise<boolean> {
    return this.shown.evaluate((element, beginning) => {
      const buffer = (element as unknown as { xterm: Emulator }).xterm.buffer.active;
      for (let index = 0; index < buffer.length; index++) {
        const line = buffer.getLine(index);
        if (line?.translateToString(true).startsWith(beginning)) return line.getCell(0)?.isDim() !== 0;
      }
      throw new Error(`No line begins with ${beginning}`);
    }, text);
  }

  /** What a screen reader has just been given to read of the terminal that shows, where VS Code is set up for one. */
  async spoken(): Promise<string> {
    return (await this.shown.locator('.live-region').textContent()) ?? '';
  }

  /** Its columns and rows. */
  async size(): Promise<{ columns: number; rows: number }> {
    return this.shown.evaluate((element) => {
      const { cols, rows } = (element as unknown as { xterm: Emulator }).xterm;
      return { columns: cols, rows };
    });
  }

  /**
   * Waits until the terminal that shows holds this.
   * @throws with what it holds instead
   */
  async waitForText(text: string | RegExp, milliseconds?: number): Promise<void> {
    const holds = async () => {
      const now = await this.text();
      return typeof text === 'string' ? now.includes(text) : text.test(now);
    };
    try {
      await until(`the terminal says ${String(text)}`, holds, milliseconds);
    } catch (error) {
      throw new Error(`${String(error)}\nIt says:\n${await this.text()}`, { cause: error });
    }
  }

  /** Clicks into the terminal and types. */
  async type(text: string): Promise<void> {
    await this.shown.click();
    await this.page.keyboard.type(text);
  }

  /** Types a line and presses Enter. */
  async enter(line: string): Promise<void> {
    await this.type(line);
    await this.page.keyboard.press('Enter');
  }

  /** Clicks into the terminal and presses a key, such as Control+C. */
  async press(key: string): Promise<void> {
    await this.shown.click();
    await this.page.keyboard.press(key);
  }

  /** Follows a link: Ctrl and a click into the last line that shows it. */
  async clickLink(text: string): Promise<void> {
    const place = await this.shown.evaluate((element, wanted) => {
      const { cols, rows, buffer } = (element as unknown as { xterm: Emulator }).xterm;
      const { active } = buffer;
      for (let row = rows - 1; row >= 0; row--) {
        const column =
          active
            .getLine(active.viewportY + row)
            ?.translateToString(true)
            .lastIndexOf(wanted) ?? -1;
        if (column >= 0) return { x: (column + wanted.length / 2) / cols, y: (row + 0.5) / rows };
      }
      throw new Error(`No line shows ${wanted}`);
    }, text);
    const box = (await this.shown.locator('.xterm-screen').boundingBox())!;
    await this.page.mouse.move(box.x + place.x * box.width, box.y + place.y * box.height);
    // A link is one as soon as its tooltip shows.
    await this.page.locator('.workbench-hover', { hasText: /click/ }).first().waitFor();
    await this.page.keyboard.down('Control');
    await this.page.mouse.down();
    await this.page.mouse.up();
    await this.page.keyboard.up('Control');
  }

  /** The tabs, from top to bottom. */
  async tabs(): Promise<TabContent[]> {
    const tabs = await this.tabRows().all();
    return Promise.all(tabs.map(contentOf));
  }

  /** Waits until there is a tab with just this name. */
  async waitForTab(name: string): Promise<void> {
    await this.tab(name).first().waitFor();
  }

  /** Waits until there is no tab with just this name. */
  async waitForTabGone(name: string): Promise<void> {
    await until(`no terminal ${name}`, async () => (await this.tab(name).count()) === 0);
  }

  /** Opens a terminal from the + menu of the panel. */
  async chooseProfile(name: string): Promise<void> {
    await this.page.locator('.part.panel .action-label[aria-label^="Launch Profile"]').first().click();
    await new Menu(this.page).choose(name);
  }

  /** Brings the terminal of a tab to the front. */
  async show(name: string): Promise<void> {
    // Once more where the list has moved under the mouse.
    await until(`terminal ${name} shows`, async () => {
      const tab = this.tab(name).first();
      if (!(await contentOf(tab)).active) await tab.click();
      return (await contentOf(tab)).active;
    });
  }

  /** Closes a terminal by its tab's bin. */
  async kill(name: string): Promise<void> {
    const tab = this.tab(name).first();
    await tab.hover();
    await tab.locator('.codicon-trashcan').click();
  }

  private tabRows(): Locator {
    return this.page.locator('.tabs-list .monaco-list-row');
  }

  private tab(name: string): Locator {
    return this.tabRows().filter({ has: this.page.locator('.label-name', { hasText: exactly(name) }) });
  }
}

async function contentOf(tab: Locator): Promise<TabContent> {
  const label = tab.locator('.monaco-icon-label').first();
  const spoken = (await label.getAttribute('aria-label')) ?? '';
  const classes = (await label.getAttribute('class')) ?? '';
  return {
    name: (await label.locator('.label-name').innerText()).trim(),
    icon: /^\$\(([\w-]+)(?:~spin)?\)/.exec(spoken)?.[1] ?? '',
    color: /terminal-icon-(\w+)/.exec(classes)?.[1]?.replace('_', '.') ?? '',
    active: (await tab.locator('.terminal-tabs-entry.is-active').count()) > 0,
  };
}
