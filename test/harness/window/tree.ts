import type { Locator, Page } from 'playwright-core';
import { until } from '../until';
import { clickRow } from './click';
import { Menu } from './menu';
import { buttonNamed, exactly } from './text';

/** What a person sees of a row. */
export interface RowContent {
  readonly label: string;
  readonly description: string;
  /** The icon's id, such as vm-running; an empty text when there is none. */
  readonly icon: string;
}

/** A tree view in the side bar, by the name in its header. */
export class Tree {
  private readonly pane: Locator;

  constructor(
    private readonly page: Page,
    name: string,
  ) {
    this.pane = page.locator('.pane', { has: page.locator(`.pane-header[aria-label^="${name}"]`) });
  }

  row(label: string): Row {
    const labelled = this.page.locator('.label-name', { hasText: exactly(label) });
    return new Row(this.page, this.rows().filter({ has: labelled }));
  }

  /** All rows that are to be seen, from top to bottom. */
  async contents(): Promise<RowContent[]> {
    const rows = await this.rows().all();
    return Promise.all(rows.map((row) => new Row(this.page, row).content()));
  }

  /** Waits until the rows have these labels, in this order. */
  async waitForLabels(labels: readonly string[]): Promise<void> {
    const wanted = labels.join('\n');
    await until(
      `rows ${labels.join(', ')}`,
      async () => (await this.rows().locator('.label-name').allInnerTexts()).join('\n') === wanted,
    );
  }

  /** Waits until the line above the rows says this. */
  async waitForMessage(text: string | RegExp): Promise<void> {
    await this.message().filter({ hasText: text }).waitFor();
  }

  /** Waits until there is no line above the rows. */
  async waitForNoMessage(): Promise<void> {
    await this.message().waitFor({ state: 'hidden' });
  }

  /** Waits until the view, which has no rows, says this instead. */
  async waitForWelcome(text: string | RegExp): Promise<void> {
    await this.pane.locator('.welcome-view-content', { hasText: text }).waitFor();
  }

  /** The buttons that it then offers. */
  async welcomeButtons(): Promise<string[]> {
    return this.pane.locator('.welcome-view-content .monaco-button').allInnerTexts();
  }

  /** Presses a button of what the view shows instead of rows. */
  async pressWelcomeButton(name: string): Promise<void> {
    await this.pane.locator('.welcome-view-content').getByRole('button', { name }).click();
  }

  /** Presses a button in the view's header. */
  async pressTitleButton(name: string): Promise<void> {
    // A view that is alone in its container has its buttons in the container's header.
    const sidebar = this.page.locator('.part.sidebar');
    const header = sidebar.locator('.title-actions, .pane-header .actions');
    await sidebar.locator('.title-label').hover();
    await header.getByRole('button', { name: buttonNamed(name) }).click();
  }

  private rows(): Locator {
    return this.pane.locator('.monaco-list-row');
  }

  private message(): Locator {
    return this.pane.locator('.tree-explorer-viewlet-tree-view > .message');
  }
}

/** A row of a tree view. */
export class Row {
  constructor(
    private readonly page: Page,
    private readonly row: Locator,
  ) {}

  async waitFor(): Promise<void> {
    await this.row.waitFor();
  }

  async waitForGone(): Promise<void> {
    await this.row.waitFor({ state: 'detached' });
  }

  async content(): Promise<RowContent> {
    const classes = (await this.row.locator('.custom-view-tree-node-item-icon').getAttribute('class')) ?? '';
    return {
      label: await this.row.locator('.label-name').innerText(),
      description: await this.row.locator('.monaco-icon-description-container').innerText(),
      icon: /codicon-(?!modifier|colored)(\S+)/.exec(classes)?.[1] ?? '',
    };
  }

  /** Waits until the text beside its label says this. */
  async waitForDescription(text: string | RegExp): Promise<void> {
    await this.row.locator('.label-description', { hasText: text }).waitFor();
  }

  /** What a screen reader says of it. */
  async ariaLabel(): Promise<string> {
    return (await this.row.getAttribute('aria-label')) ?? '';
  }

  async click(): Promise<void> {
    await this.uncover();
    await clickRow(this.page, this.row);
  }

  /** Shows the rows below it. */
  async expand(): Promise<void> {
    await this.uncover();
    if ((await this.row.getAttribute('aria-expanded')) !== 'true')
      await this.row.locator('.monaco-tl-twistie').click();
    await this.page.locator('.monaco-list-row[aria-expanded="true"]').and(this.row).waitFor();
  }

  /** Adds it to the selection, or takes it out. */
  async toggleSelected(): Promise<void> {
    await this.uncover();
    await this.row.click({ modifiers: ['ControlOrMeta'] });
  }

  /** The names of the buttons that show while the mouse is over it. */
  async buttons(): Promise<string[]> {
    await this.uncover();
    await this.row.hover();
    const buttons = await this.row.locator('.actions .action-label').all();
    return Promise.all(buttons.map(async (button) => (await button.getAttribute('aria-label')) ?? ''));
  }

  async pressButton(name: string): Promise<void> {
    // Its buttons show only under the mouse: once more where the row has moved away from it.
    await until(`the button ${name} to take a click`, async () => {
      await this.uncover();
      await this.row.hover();
      await this.row.getByRole('button', { name: buttonNamed(name) }).click({ timeout: 5_000 });
      return true;
    });
  }

  async openMenu(): Promise<Menu> {
    const menu = new Menu(this.page);
    // Once more where a row that was drawn anew has heard no click.
    await until('the menu to open', async () => {
      if (!(await menu.isOpen())) {
        await this.uncover();
        await this.row.click({ button: 'right', timeout: 5_000 });
      }
      await menu.waitFor(5_000);
      return true;
    });
    return menu;
  }

  /**
   * Rests the mouse on it until a tooltip that says this shows.
   * @returns all that the tooltip says
   */
  async hover(text: string | RegExp): Promise<string> {
    const label = this.row.locator('.label-name');
    const name = await label.innerText();
    // That of another row may still be on its way out.
    const tooltip = this.page.locator('.workbench-hover').filter({ hasText: name }).filter({ hasText: text });
    // Once more where a row that was drawn anew has taken it away.
    await until(`the tooltip of ${name} to say ${String(text)}`, async () => {
      await this.uncover();
      await label.hover();
      await tooltip.waitFor({ timeout: 5_000 });
      return true;
    });
    // Blanks that do not break look like others.
    return (await tooltip.innerText()).replaceAll('\u00a0', ' ');
  }

  /**
   * Takes the mouse to where nothing has a tooltip: that of another row may lie over this one. It goes with the mouse,
   * and every click waits until nothing lies over its row. (That of the activity bar may stay: it covers no row.)
   */
  private async uncover(): Promise<void> {
    await this.page.locator('.part.editor').hover({ force: true });
  }
}
