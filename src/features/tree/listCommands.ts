import * as vscode from 'vscode';
import type { Account } from '../../account/account';
import type { ComputerStore } from '../../computers/store';
import { DisposableStore } from '../../base/disposable';
import type { ComputersView } from './computersView';
import type { Grouping } from '../../ui/presentation';
import { copy } from '../../ui/clipboard';
import type { Handler } from '../../ui/registerCommands';
import type { Targets } from '../../ui/targets';

/** What concerns the list itself. */
export class ListCommands {
  constructor(
    private readonly account: Account,
    private readonly store: ComputerStore,
    private readonly view: ComputersView,
    private readonly targets: Targets,
    private readonly currentFilter: () => string,
  ) {}

  readonly refresh: Handler = async () => {
    await this.account.load();
    await this.targets.ensureSignedIn();
    await this.store.refresh();
  };

  /** Filters while the person types; Escape brings back the filter there was. */
  readonly filter: Handler = () => {
    const disposables = new DisposableStore();
    const before = this.currentFilter();
    const box = disposables.add(vscode.window.createInputBox());
    box.title = vscode.l10n.t('Filter Computers');
    box.prompt = vscode.l10n.t('Part of a name, an ID, a state or a template.');
    box.value = before;
    let accepted = false;
    disposables.add(box.onDidChangeValue((text) => this.view.setFilter(text)));
    disposables.add(
      box.onDidAccept(() => {
        accepted = true;
        box.hide();
      }),
    );
    disposables.add(
      box.onDidHide(() => {
        if (!accepted) this.view.setFilter(before);
        disposables.dispose();
      }),
    );
    box.show();
  };

  readonly clearFilter: Handler = () => this.view.setFilter('');

  group(grouping: Grouping): Handler {
    return () => this.view.setGrouping(grouping);
  }

  readonly copyId: Handler = async (...args) => {
    const computers = await this.targets.many(args, vscode.l10n.t('Copy Computer ID'), 'computer');
    await copy(computers.map(({ id }) => id));
  };

  readonly copyName: Handler = async (...args) => {
    const computers = await this.targets.many(args, vscode.l10n.t('Copy Computer Name'), 'computer');
    await copy(computers.map(({ name }) => name));
  };
}
