import type { Locator, Page } from 'playwright-core';
import { until } from '../until';
import { clickRow } from './click';
import { Menu } from './menu';
import { buttonNamed, exactly } from './text';

/** The visible content of a row. */
export interface RowContent {
  readonly label: string;
  readonly description: string;
  /** Id of the icon, such as vm-running; '' if there is none. */
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

  /** Contents of the visible rows, from top to bottom. */
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

  /** Waits for a message above the rows. */
  async waitForMessage(text: string | RegExp): Promise<void> {
    await this.message().filter({ hasText: text }).waitFor();
  }

  /** Waits until there is no message above the rows. */
  async waitForNoMessage(): Promise<void> {
    await this.message().waitFor({ state: 'hidden' });
  }

  /** Waits for a text of the welcome content, which the view shows without rows. */
  async waitForWelcome(text: string | RegExp): Promise<void> {
    await this.pane.locator('.welcome-view-content', { hasText: text }).waitFor();
  }

  /** Labels of the buttons of the welcome content. */
  async welcomeButtons(): Promise<string[]> {
    return this.pane.locator('.welcome-view-content .monaco-button').allInnerTexts();
  }

  /** Presses a button of the welcome content. */
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

  /** Waits for a text in its description. */
  async waitForDescription(text: string | RegExp): Promise<void> {
    await this.row.locator('.label-description', { hasText: text }).waitFor();
  }

  /** Its accessible name, for screen readers. */
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

  /** Adds it to the selection, or removes it. */
  async toggleSelected(): Promise<void> {
    await this.uncover();
    await this.row.click({ modifiers: ['ControlOrMeta'] });
  }

  /** Names of the buttons that show on hover. */
  async buttons(): Promise<string[]> {
    await this.uncover();
    await this.row.hover();
    const buttons = await this.row.locator('.actions .action-label').all();
    return Promise.all(buttons.map(async (button) => (await button.getAttribute('aria-label')) ?? ''));
  }

  async pressButton(name: string): Promise<void> {
    // The buttons show only on hover: repeated if the row has moved.
    await until(`the button ${name} to take a click`, async () => {
      await this.uncover();
      await this.row.hover();
      await this.row.getByRole('button', { name: buttonNamed(name) }).click({ timeout: 5_000 });
      return true;
    });
  }

  async openMenu(): Promise<Menu> {
    const menu = new Menu(this.page);
    // Repeated if the row was redrawn and the click was lost.
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
   * Hovers over it until a tooltip with this text shows.
   * @returns the text of the tooltip
   */
  async hover(text: string | RegExp): Promise<string> {
    const label = this.row.locator('.label-name');
    const name = await label.innerText();
    // Leaves out the tooltip of another row that is still closing.
    const tooltip = this.page.locator('.workbench-hover').filter({ hasText: name }).filter({ hasText: text });
    // Repeated if the row was redrawn, which closes its tooltip.
    await until(`the tooltip of ${name} to say ${String(text)}`, async () => {
      await this.uncover();
      await label.hover();
      await tooltip.waitFor({ timeout: 5_000 });
      return true;
    });
    // Replaces non-breaking spaces.
    return (await tooltip.innerText()).replaceAll('\u00a0', ' ');
  }

  /**
   * Moves the mouse to where nothing has a tooltip, since that of another row may cover this one. It closes as the mouse
   * leaves, and each click waits until its row is uncovered. (A tooltip of the activity bar covers no row.)
   */
  private async uncover(): Promise<void> {
    await this.page.locator('.part.editor').hover({ force: true });
  }
}
