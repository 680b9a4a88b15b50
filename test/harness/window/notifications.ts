import type { Locator, Page } from 'playwright-core';
import { exactly } from './text';

/** The notification toasts at the lower right. */
export class Notifications {
  constructor(private readonly page: Page) {}

  /** Waits for a notification with this text. */
  async waitFor(text: string | RegExp): Promise<void> {
    await this.toast(text).waitFor();
  }

  async waitForGone(text: string | RegExp): Promise<void> {
    await this.toast(text).waitFor({ state: 'detached' });
  }

  /** Presses a button of the notification with this text. */
  async press(text: string | RegExp, button: string): Promise<void> {
    const buttons = this.toast(text).locator('.notification-list-item-buttons-container');
    await buttons.getByRole('button', { name: button, exact: true }).click();
  }

  /** Labels of the buttons of the notification with this text. */
  async buttons(text: string | RegExp): Promise<string[]> {
    await this.waitFor(text);
    const buttons = this.toast(text).locator('.notification-list-item-buttons-container');
    return buttons.getByRole('button').allInnerTexts();
  }

  /** Closes the notification with this text. */
  async close(text: string | RegExp): Promise<void> {
    await this.toast(text).hover();
    await this.toast(text).locator('.codicon-notifications-clear').click();
    await this.waitForGone(text);
  }

  /** Texts of the visible notifications. */
  async texts(): Promise<string[]> {
    return this.page.locator('.notification-toast .notification-list-item-message').allInnerTexts();
  }

  /** Links in the texts of the visible notifications. */
  async links(): Promise<string[]> {
    return this.page.locator('.notification-toast .notification-list-item-message a').allInnerTexts();
  }

  private toast(text: string | RegExp): Locator {
    const message = this.page.locator('.notification-list-item-message', {
      hasText: typeof text === 'string' ? exactly(text) : text,
    });
    return this.page.locator('.notification-toast').filter({ has: message });
  }
}
