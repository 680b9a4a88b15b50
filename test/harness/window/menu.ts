import type { Page } from 'playwright-core';
import { exactly } from './text';

/** The open menu. */
export class Menu {
  constructor(private readonly page: Page) {}

  /** @param timeout in ms; default: that of the page */
  async waitFor(timeout?: number): Promise<void> {
    await this.page.locator('.monaco-menu').first().waitFor({ timeout });
  }

  isOpen(): Promise<boolean> {
    return this.page.locator('.monaco-menu').first().isVisible();
  }

  /** Labels of its entries, from top to bottom. */
  async entries(): Promise<string[]> {
    await this.waitFor();
    return this.page.locator('.monaco-menu .action-menu-item .action-label').allInnerTexts();
  }

  async choose(entry: string): Promise<void> {
    // Uses Enter: a menu ignores clicks for a moment after it opens.
    await this.page.locator('.monaco-menu .action-label', { hasText: exactly(entry) }).hover();
    await this.page.keyboard.press('Enter');
    await this.page.locator('.monaco-menu').waitFor({ state: 'detached' });
  }

  async close(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.page.locator('.monaco-menu').waitFor({ state: 'detached' });
  }
}
