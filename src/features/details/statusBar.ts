import * as vscode from 'vscode';
import type { Account } from '../../account/account';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { describeError, type Log } from '../../base/log';
import type { Computer } from '../../computers/computer';
import type { ComputerStore } from '../../computers/computerStore';
import type { ServiceReports } from '../../computers/serviceReports';
import { statusOf } from '../../computers/statusTable';
import { formatDollars } from './formatDetails';

const itemId = 'celesto.running';
const icon = '$(vm-running)';
const command = 'celesto.pick';
/** Position among the items of the left side; items of a higher priority stand further to the left. */
const priority = 0;

export interface StatusBarDeps {
  readonly store: ComputerStore;
  readonly account: Account;
  readonly serviceReports: ServiceReports;
  readonly log: Log;
}

/** The status bar item: the number of running computers, with about what they cost in its tooltip. */
export class StatusBar implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly item = this.disposables.add(
    vscode.window.createStatusBarItem(itemId, vscode.StatusBarAlignment.Left, priority),
  );
  /** The ids of the running computers that the tooltip is for. */
  private drawnIds = '';

  constructor(private readonly deps: StatusBarDeps) {
    const { store, account } = deps;
    this.item.name = vscode.l10n.t('Celesto Computers');
    this.item.command = command;
    this.disposables.add(store.onDidChange(() => this.draw()));
    this.disposables.add(store.onDidChangeState(() => this.draw()));
    this.disposables.add(account.onDidChange(() => this.draw()));
    this.draw();
  }

  dispose(): void {
    this.disposables.dispose();
  }

  /** Shows the item once the list has been read. */
  private draw(): void {
    const { account, store } = this.deps;
    if (account.state.kind !== 'signedIn' || store.state.freshness === 'none') {
      this.item.hide();
      this.drawnIds = '';
      return;
    }
    const running = store.ownComputers.filter(({ status }) => statusOf(status).isRunning);
    const ids = running.map(({ id }) => id).join(' ');
    const label = runningLabel(running.length);
    this.item.text = `${icon} ${running.length}`;
    this.item.accessibilityInformation = { label };
    if (this.item.tooltip === undefined || this.drawnIds !== ids) this.item.tooltip = label;
    this.item.show();
    if (this.drawnIds === ids) return;
    this.drawnIds = ids;
    this.addCost(ids, running).catch((error: unknown) =>
      this.deps.log.debug(`no prices: ${describeError(error)}`),
    );
  }

  private async addCost(ids: string, running: readonly Computer[]): Promise<void> {
    const rate = running.length > 0 ? await this.deps.serviceReports.hourlyCost(running) : undefined;
    if (rate === undefined || this.drawnIds !== ids) return;
    this.item.tooltip = vscode.l10n.t(
      '{0}, about {1} an hour',
      runningLabel(running.length),
      formatDollars(rate),
    );
  }
}

function runningLabel(count: number): string {
  if (count === 0) return vscode.l10n.t('No computer is running');
  return count === 1
    ? vscode.l10n.t('1 computer is running')
    : vscode.l10n.t('{0} computers are running', count);
}
