import type { Locator, Page } from 'playwright-core';
import { clickRow } from './click';
import { exactly } from './text';

/** What a person sees of an entry. */
export interface QuickPickEntry {
  readonly label: string;
  readonly description: string;
  /** The icon's id, such as vm-running; an empty text when there is none. */
  readonly icon: string;
}

/** The box at the top of the window: quick picks and input boxes. */
export class QuickInput {
  private readonly widget: Locator;
  private readonly input: Locator;

  constructor(private readonly page: Page) {
    this.widget = page.locator('.quick-input-widget');
    this.input = this.widget.locator('.quick-input-box input');
  }

  /** Waits until the box with this title is open. */
  async waitFor(title: string | RegExp): Promise<void> {
    await this.widget.locator('.quick-input-title').filter({ hasText: title, visible: true }).waitFor();
  }

  async waitForClosed(): Promise<void> {
    await this.widget.waitFor({ state: 'hidden' });
  }

  /** Replaces what stands in the box. */
  async fill(text: string): Promise<void> {
    await this.input.fill(text);
  }

  async isPassword(): Promise<boolean> {
    return (await this.input.getAttribute('type')) === 'password';
  }

  /** The line under the box: its prompt, or what is wrong with what was typed. */
  async message(): Promise<string> {
    return (await this.widget.locator('.quick-input-message').innerText()).trim();
  }

  /** Waits until the line under the box says this. */
  async waitForMessage(text: string | RegExp): Promise<void> {
    await this.widget.locator('.quick-input-message', { hasText: text }).waitFor();
  }

  /** The labels of the entries that are to be seen. */
  async labels(): Promise<string[]> {
    await this.rows().first().waitFor();
    return (await this.rows().locator(labelSelector).allInnerTexts()).map((text) => text.trim());
  }

  /** The entries that are to be seen. */
  async entries(): Promise<QuickPickEntry[]> {
    await this.rows().first().waitFor();
    return Promise.all((await this.rows().all()).map(entryOf));
  }

  /** Clicks the entry with just this label; in a list with check boxes that checks it. */
  async choose(label: string): Promise<void> {
    await clickRow(this.page, this.row(label));
  }

  /** Waits until there is an entry with just this label. */
  async waitForEntry(label: string): Promise<void> {
    await this.row(label).waitFor();
  }

  /** Presses a button of the box's title bar. */
  async pressButton(name: string): Promise<void> {
    await this.widget.locator('.quick-input-titlebar').getByRole('button', { name }).click();
  }

  /** Enter: takes the chosen entry, or what was typed. */
  async accept(): Promise<void> {
    await this.input.press('Enter');
  }

  /** Escape. */
  async cancel(): Promise<void> {
    await this.input.press('Escape');
  }

  /** Opens the command palette; F1 is pressed again should the window not have been ready for it. */
  async openPalette(): Promise<void> {
    for (let tries = 1; ; tries++) {
      await this.page.keyboard.press('F1');
      try {
        await this.input.waitFor({ timeout: 2000 });
        return;
      } catch (error) {
        if (tries === 5) throw error;
      }
    }
  }

  private rows(): Locator {
    return this.widget.locator('.quick-input-list .monaco-list-row');
  }

  private row(label: string): Locator {
    return this.rows().filter({ has: this.page.locator(labelSelector, { hasText: exactly(label) }) });
  }
}

/** An entry's label; its details, in the second line, have the same class. */
const labelSelector = '.quick-input-list-row:first-child .label-name';

async function entryOf(row: Locator): Promise<QuickPickEntry> {
  const first = row.locator('.quick-input-list-row:first-child');
  const classes = (await first.locator('.quick-input-list-icon').getAttribute('class')) ?? '';
  return {
    label: (await first.locator('.label-name').innerText()).trim(),
    description: (await first.locator('.label-description').allInnerTexts()).join('').trim(),
    icon: /codicon-(?!modifier|colored)([\w-]+)/.exec(classes)?.[1] ?? '',
  };
}
