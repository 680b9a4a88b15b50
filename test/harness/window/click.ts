import type { Locator, Page } from 'playwright-core';

/** The little of a page that {@link clickRow} listens to. */
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

/** Clicks on a line of a list, once more where nothing heard that: a list may draw its lines anew between press and release. */
export async function clickRow(page: Page, line: Locator): Promise<void> {
  const name = await line.locator('.label-name').first().textContent();
  const heard = await page.evaluateHandle(() => {
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
  await line.click();
  // The page itself may be gone, by what the click has led to.
  const [clicked] = await heard.jsonValue().catch(() => [name]);
  if (clicked !== name) await line.click();
  await heard.dispose().catch(() => undefined);
}
