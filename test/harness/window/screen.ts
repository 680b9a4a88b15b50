import type { Frame, Locator, Page } from 'playwright-core';
import { until } from '../until';

/** The editor tab with the screen of a computer, whose page is a frame within two others. */
export class Screen {
  constructor(
    private readonly page: Page,
    readonly computer: string,
  ) {}

  /** The page of the tab that is shown. */
  async frame(): Promise<Frame> {
    return until(`the page with the screen of ${this.computer}`, async () => {
      for (const frame of this.page.frames()) {
        const name = frame.locator('#name');
        const isIt = (await name.count()) === 1 && (await name.innerText()) === this.computer;
        if (isIt && (await frame.locator('#picture').count()) === 1) return frame;
      }
      return undefined;
    });
  }

  async status(): Promise<string> {
    return (await this.frame()).locator('#status').innerText();
  }

  /** Waits until the frame says this. */
  async waitForStatus(text: string | RegExp): Promise<void> {
    let status = '';
    await until(
      () => `the screen to say ${String(text)}; it says ${status}`,
      async () => {
        status = await this.status();
        return typeof text === 'string' ? status === text : text.test(status);
      },
      30_000,
    );
  }

  /** Labels of the buttons in the frame. */
  async buttons(): Promise<string[]> {
    return (await this.frame()).locator('#buttons button').allInnerTexts();
  }

  async press(button: string): Promise<void> {
    await (await this.frame()).locator('#buttons button', { hasText: button }).click();
  }

  async picture(): Promise<Locator> {
    return (await this.frame()).locator('#picture canvas');
  }

  /** The pixels of the picture as a data URL. */
  async pixels(): Promise<string> {
    return (await this.frame()).evaluate("document.querySelector('#picture canvas').toDataURL()");
  }

  /** Waits until the pixels stay the same for a moment. @returns them */
  async stillPixels(): Promise<string> {
    let before = '';
    return until('the picture to be still', async () => {
      const now = await this.pixels();
      await this.page.waitForTimeout(400);
      const isStill = now === before && (await this.pixels()) === now;
      before = now;
      return isStill ? now : undefined;
    });
  }

  /** Number of different colors in the picture. */
  async colors(): Promise<number> {
    return (await this.frame()).evaluate(
      "(() => { const canvas = document.querySelector('#picture canvas');" +
        "const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);" +
        'return new Set(new Uint32Array(data.buffer)).size; })()',
    );
  }
}
