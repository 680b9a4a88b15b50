import type { Locator, Page } from 'playwright-core';
import { until } from '../until';

/** The open modal dialog. */
export class Dialog {
  private readonly box: Locator;

  constructor(page: Page) {
    this.box = page.locator('.monaco-dialog-box');
  }

  /** Waits for a dialog with this text. */
  async waitFor(text: string | RegExp): Promise<void> {
    await this.box.filter({ hasText: text }).waitFor();
  }

  /** Its message and, in further lines, its details. */
  async text(): Promise<string> {
    await this.box.waitFor();
    return this.box.locator('.dialog-message-container').innerText();
  }

  async press(button: string): Promise<void> {
    const before = await this.text();
    await this.box.locator('.dialog-buttons').getByRole('button', { name: button, exact: true }).click();
    // Another dialog may open at once.
    await until(
      'the dialog to go',
      async () => (await this.box.count()) === 0 || (await this.text()) !== before,
    );
  }
}
