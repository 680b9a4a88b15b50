import * as vscode from 'vscode';
import type { Account } from '../../account/account';
import { DisposableStore } from '../../base/disposable';
import type { ComputerStore } from '../../computers/computerStore';
import { copy } from '../../ui/clipboard';
import type { CommandTargets } from '../../ui/commandTargets';
import type { Handler } from '../../ui/registerCommands';
import type { ComputersView } from './computersView';
import type { Grouping } from './grouping';

export interface ListCommandsDeps {
  readonly account: Account;
  readonly store: ComputerStore;
  readonly view: ComputersView;
  readonly targets: CommandTargets;
}

/** Commands of the list itself: refresh, filter, grouping, copying ids and names. */
export class ListCommands {
  constructor(private readonly deps: ListCommandsDeps) {}

  readonly refresh: Handler = async () => {
    const { account, targets, store } = this.deps;
    await account.load();
    await targets.ensureSignedIn();
    await store.refresh();
  };

  /** Filters while the user types; Escape restores the previous filter. */
  readonly filter: Handler = () => {
    const disposables = new DisposableStore();
    const { view } = this.deps;
    const before = view.filter;
    const box = disposables.add(vscode.window.createInputBox());
    box.title = vscode.l10n.t('Filter Computers');
    box.prompt = vscode.l10n.t('Part of a name, an ID, a state or a template');
    box.value = before;
    let accepted = false;
    disposables.add(box.onDidChangeValue((text) => view.setFilter(text)));
    disposables.add(
      box.onDidAccept(() => {
        accepted = true;
        box.hide();
      }),
    );
    disposables.add(
      box.onDidHide(() => {
        if (!accepted) view.setFilter(before);
        disposables.dispose();
      }),
    );
    box.show();
  };

  readonly clearFilter: Handler = () => this.deps.view.setFilter('');

  groupBy(grouping: Grouping): Handler {
    return () => this.deps.view.setGrouping(grouping);
  }

  readonly copyId: Handler = async (...args) => {
    const computers = await this.deps.targets.many(args, vscode.l10n.t('Copy Computer ID'), 'computer');
    await copy(computers.map(({ id }) => id));
  };

  readonly copyName: Handler = async (...args) => {
    const computers = await this.deps.targets.many(args, vscode.l10n.t('Copy Computer Name'), 'computer');
    await copy(computers.map(({ name }) => name));
  };
}
