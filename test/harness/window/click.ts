import type { Locator, Page } from 'playwright-core';

/** The part of a page's API that {@link clickRow} uses. */
interface ClickedPage {
  addEventListener(type: 'click', listener: (click: Click) => unknown, options: object): void;
}

interface Click {
  readonly target: PageElement;
}

interface PageElement {
  readonly textContent: string | null;
  closest(selector: string): PageElement | null;
  querySelector(selector: string): PageElement | null;
}

/** Clicks a row of a list, again if the click was lost: a list may redraw its rows between press and release. */
export async function clickRow(page: Page, row: Locator): Promise<void> {
  const name = await row.locator('.label-name').first().textContent();
  const clicks = await page.evaluateHandle(() => {
    const names: (string | null | undefined)[] = [];
    const page = globalThis as unknown as ClickedPage;
    page.addEventListener(
      'click',
      ({ target }) =>
        names.push(target.closest('.monaco-list-row')?.querySelector('.label-name')?.textContent),
      { capture: true, once: true },
    );
    return names;
  });
  await row.click();
  // The click may have closed the page.
  const [clicked] = await clicks.jsonValue().catch(() => [name]);
  if (clicked !== name) await row.click();
  await clicks.dispose().catch(() => undefined);
}
