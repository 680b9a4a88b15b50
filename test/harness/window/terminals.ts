import type { Locator, Page } from 'playwright-core';
import { until } from '../until';
import { Menu } from './menu';
import { exactly } from './text';

/** The visible content of a terminal's tab. */
export interface TabContent {
  readonly name: string;
  /** Id of the icon, such as vm-running. */
  readonly icon: string;
  /** Theme colour of the icon, such as terminal.ansiGreen; '' if it has none. */
  readonly color: string;
  readonly active: boolean;
}

/** The part of xterm.js's Terminal that is read here; VS Code stores that in the terminal's element. */
interface Emulator {
  readonly cols: number;
  readonly rows: number;
  readonly buffer: { readonly active: EmulatorBuffer };
}

interface EmulatorBuffer {
  readonly length: number;
  /** Index of the first visible line. */
  readonly viewportY: number;
  getLine(index: number): EmulatorLine | undefined;
}

interface EmulatorLine {
  readonly isWrapped: boolean;
  translateToString(trimRight: boolean): string;
  getCell(column: number): { isDim(): number } | undefined;
}

/** The terminal panel: its tabs, and the active terminal. */
export class Terminals {
  private readonly shown: Locator;

  constructor(private readonly page: Page) {
    this.shown = page.locator('.terminal-wrapper.active');
  }

  /** The text of the active terminal, its scroll-back included; a wrapped line is one line. */
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

  /** @returns true if the first line with this beginning is dim */
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

  /** The latest announcement of the active terminal to a screen reader, where VS Code is configured for one. */
  async announcement(): Promise<string> {
    return (await this.shown.locator('.live-region').textContent()) ?? '';
  }

  /** Columns and rows of the active terminal. */
  async size(): Promise<{ columns: number; rows: number }> {
    return this.shown.evaluate((element) => {
      const { cols, rows } = (element as unknown as { xterm: Emulator }).xterm;
      return { columns: cols, rows };
    });
  }

  /**
   * Waits for a text in the active terminal.
   * @throws with its text
   */
  async waitForText(text: string | RegExp, milliseconds?: number): Promise<void> {
    const holds = async () => {
      const now = await this.text();
      return typeof text === 'string' ? now.includes(text) : text.test(now);
    };
    try {
      await until(`the terminal shows ${String(text)}`, holds, milliseconds);
    } catch (error) {
      throw new Error(`${String(error)}\nIt shows:\n${await this.text()}`, { cause: error });
    }
  }

  /** Clicks into the active terminal and types. */
  async type(text: string): Promise<void> {
    await this.shown.click();
    await this.page.keyboard.type(text);
  }

  /** Types a line and presses Enter. */
  async enter(line: string): Promise<void> {
    await this.type(line);
    await this.page.keyboard.press('Enter');
  }

  /** Clicks into the active terminal and presses a key, such as Control+C. */
  async press(key: string): Promise<void> {
    await this.shown.click();
    await this.page.keyboard.press(key);
  }

  /** Follows a link with Ctrl and a click, in the last line that contains it. */
  async clickLink(text: string): Promise<void> {
    const position = await this.shown.evaluate((element, wanted) => {
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
    await this.page.mouse.move(box.x + position.x * box.width, box.y + position.y * box.height);
    // The link is active once its tooltip shows.
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

  /** Waits for a tab with exactly this name. */
  async waitForTab(name: string): Promise<void> {
    await this.tab(name).first().waitFor();
  }

  /** Waits until no tab has exactly this name. */
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
    // Repeated if the list has moved under the mouse.
    await until(`terminal ${name} shows`, async () => {
      const tab = this.tab(name).first();
      if (!(await contentOf(tab)).active) await tab.click();
      return (await contentOf(tab)).active;
    });
  }

  /** Kills a terminal by the button of its tab. */
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
  const ariaLabel = (await label.getAttribute('aria-label')) ?? '';
  const classes = (await label.getAttribute('class')) ?? '';
  return {
    name: (await label.locator('.label-name').innerText()).trim(),
    icon: /^\$\(([\w-]+)(?:~spin)?\)/.exec(ariaLabel)?.[1] ?? '',
    color: /terminal-icon-(\w+)/.exec(classes)?.[1]?.replace('_', '.') ?? '',
    active: (await tab.locator('.terminal-tabs-entry.is-active').count()) > 0,
  };
}
