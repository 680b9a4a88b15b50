import * as vscode from 'vscode';
import type { Account } from '../../account/account';
import type { Computer } from '../../computers/computer';
import type { MetricsAndBilling } from '../../computers/metricsAndBilling';
import type { ComputerStore } from '../../computers/store';
import { DisposableStore, type Disposable } from '../../base/disposable';
import { describeError, type Log } from '../../base/log';
import { formatDollars } from '../../ui/formatMetrics';

/** How many computers run, and about what they cost, at the bottom of the window. */
export class StatusBar implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly item = this.disposables.add(
    vscode.window.createStatusBarItem('celesto.running', vscode.StatusBarAlignment.Left, 0),
  );
  private drawn = '';

  constructor(
    private readonly store: ComputerStore,
    private readonly account: Account,
    private readonly insights: MetricsAndBilling,
    private readonly log: Log,
  ) {
    this.item.name = vscode.l10n.t('Celesto Computers');
    this.item.command = 'celesto.pick';
    this.disposables.add(store.onDidChange(() => this.draw()));
    this.disposables.add(store.onDidChangeState(() => this.draw()));
    this.disposables.add(account.onDidChange(() => this.draw()));
    this.draw();
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private draw(): void {
    const isKnown = this.account.state.kind === 'signedIn' && this.store.state.freshness !== 'none';
    if (!isKnown) {
      this.item.hide();
      this.drawn = '';
      return;
    }
    const running = this.store.computers.filter(({ status }) => status === 'running');
    const which = running.map(({ id }) => id).join(' ');
    this.item.text = `$(vm-running) ${running.length}`;
    this.item.accessibilityInformation = { label: runningWords(running.length) };
    if (this.item.tooltip === undefined || this.drawn !== which)
      this.item.tooltip = runningWords(running.length);
    this.item.show();
    if (this.drawn === which) return;
    this.drawn = which;
    this.addCost(which, running).catch((error: unknown) =>
      this.log.debug(`no prices: ${describeError(error)}`),
    );
  }

  private async addCost(which: string, running: readonly Computer[]): Promise<void> {
    const rate = running.length > 0 ? await this.insights.hourlyCost(running) : undefined;
    if (rate === undefined || this.drawn !== which) return;
    this.item.tooltip = vscode.l10n.t(
      '{0}, about {1} an hour',
      runningWords(running.length),
      formatDollars(rate),
    );
  }
}

function runningWords(count: number): string {
  if (count === 0) return vscode.l10n.t('No computer is running');
  return count === 1
    ? vscode.l10n.t('1 computer is running')
    : vscode.l10n.t('{0} computers are running', count);
}
