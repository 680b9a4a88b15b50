import type { Locator, Page } from 'playwright-core';
import { clickRow } from './click';
import { exactly } from './text';

/** The visible content of an entry. */
export interface QuickPickEntry {
  readonly label: string;
  readonly description: string;
  /** Id of the icon, such as vm-running; '' if there is none. */
  readonly icon: string;
}

/** The quick input at the top of the window: quick picks and input boxes. */
export class QuickInput {
  private readonly widget: Locator;
  private readonly input: Locator;

  constructor(private readonly page: Page) {
    this.widget = page.locator('.quick-input-widget');
    this.input = this.widget.locator('.quick-input-box input');
  }

  /** Waits for a quick input with this title. */
  async waitFor(title: string | RegExp): Promise<void> {
    await this.widget.locator('.quick-input-title').filter({ hasText: title, visible: true }).waitFor();
  }

  async waitForClosed(): Promise<void> {
    await this.widget.waitFor({ state: 'hidden' });
  }

  /** Replaces the text in the box. */
  async fill(text: string): Promise<void> {
    await this.input.fill(text);
  }

  async isPassword(): Promise<boolean> {
    return (await this.input.getAttribute('type')) === 'password';
  }

  /** Waits for a hint in the empty box. */
  async waitForPlaceholder(text: string): Promise<void> {
    await this.widget.locator(`.quick-input-box input[placeholder*=${JSON.stringify(text)}]`).waitFor();
  }

  /** The message below the box: its prompt, or the validation error. */
  async message(): Promise<string> {
    return (await this.widget.locator('.quick-input-message').innerText()).trim();
  }

  /** Waits for a message below the box. */
  async waitForMessage(text: string | RegExp): Promise<void> {
    await this.widget.locator('.quick-input-message', { hasText: text }).waitFor();
  }

  /** Labels of the visible entries. */
  async labels(): Promise<string[]> {
    await this.rows().first().waitFor();
    return (await this.rows().locator(labelSelector).allInnerTexts()).map((text) => text.trim());
  }

  /** The visible entries. */
  async entries(): Promise<QuickPickEntry[]> {
    await this.rows().first().waitFor();
    return Promise.all((await this.rows().all()).map(entryOf));
  }

  /** Clicks the entry with exactly this label, which checks it in a list with check boxes. */
  async choose(label: string): Promise<void> {
    await clickRow(this.page, this.row(label));
  }

  /** Waits for an entry with exactly this label. */
  async waitForEntry(label: string): Promise<void> {
    await this.row(label).waitFor();
  }

  /** Presses a button of the box's title bar. */
  async pressButton(name: string): Promise<void> {
    await this.widget.locator('.quick-input-titlebar').getByRole('button', { name }).click();
  }

  /** Presses Enter: accepts the chosen entry, or the typed text. */
  async accept(): Promise<void> {
    await this.input.press('Enter');
  }

  /** Presses Escape. */
  async cancel(): Promise<void> {
    await this.input.press('Escape');
  }

  /** Opens the command palette; presses F1 again if the window was not ready. */
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

/** Label of an entry; the details, in the second row of the entry, have the same class. */
const labelSelector = '.quick-input-list-row:first-child .label-name';

async function entryOf(row: Locator): Promise<QuickPickEntry> {
  const first = row.locator('.quick-input-list-row:first-child');
  const icon = first.locator('.quick-input-list-icon');
  const classes = (await icon.count()) > 0 ? ((await icon.getAttribute('class')) ?? '') : '';
  return {
    label: (await first.locator('.label-name').innerText()).trim(),
    description: (await first.locator('.label-description').allInnerTexts()).join('').trim(),
    icon: /codicon-(?!modifier|colored)([\w-]+)/.exec(classes)?.[1] ?? '',
  };
}
