import * as vscode from 'vscode';
import type { Account } from '../../account/account';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { describeError, type Log } from '../../base/log';
import type { Computer } from '../../computers/computer';
import type { ComputerStore } from '../../computers/computerStore';
import type { PlanMonitor } from '../../computers/planMonitor';
import type { ServiceReports } from '../../computers/serviceReports';
import { statusOf } from '../../computers/statusTable';
import { formatDollars } from '../../ui/formatDollars';
import { planLines } from '../../ui/planFacts';

const itemId = 'celesto.running';
const icon = '$(vm-running)';
const command = 'celesto.pick';
/** Position among the items of the left side; items of a higher priority stand further to the left. */
const priority = 0;

export interface StatusBarDeps {
  readonly store: ComputerStore;
  readonly account: Account;
  readonly serviceReports: Pick<ServiceReports, 'hourlyCost'>;
  readonly planMonitor: Pick<PlanMonitor, 'latest' | 'onDidChange'>;
  readonly log: Log;
}

/** The status bar item: the number of running computers, with about what they cost and the plan in its tooltip. */
export class StatusBar implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly item = this.disposables.add(
    vscode.window.createStatusBarItem(itemId, vscode.StatusBarAlignment.Left, priority),
  );
  /** The ids of the running computers that {@link cost} is for. */
  private costIds = '';
  /** Dollars an hour. */
  private cost: number | undefined;

  constructor(private readonly deps: StatusBarDeps) {
    const { store, account, planMonitor } = deps;
    this.item.name = vscode.l10n.t('Celesto Computers');
    this.item.command = command;
    this.disposables.add(store.onDidChange(() => this.draw()));
    this.disposables.add(store.onDidChangeState(() => this.draw()));
    this.disposables.add(account.onDidChange(() => this.draw()));
    this.disposables.add(planMonitor.onDidChange(() => this.draw()));
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
      this.costIds = '';
      this.cost = undefined;
      return;
    }
    const running = store.ownComputers.filter(({ status }) => statusOf(status).isRunning);
    this.item.text = `${icon} ${running.length}`;
    this.item.accessibilityInformation = { label: runningLabel(running.length) };
    this.readCost(running);
    this.drawTooltip(running.length);
    this.item.show();
  }

  /** Adds up the price where other computers run than before. */
  private readCost(running: readonly Computer[]): void {
    const ids = running.map(({ id }) => id).join(' ');
    if (this.costIds === ids) return;
    this.costIds = ids;
    this.cost = undefined;
    if (running.length === 0) return;
    this.deps.serviceReports.hourlyCost(running).then(
      (cost) => {
        if (cost === undefined || this.costIds !== ids) return;
        this.cost = cost;
        this.drawTooltip(running.length);
      },
      (error: unknown) => this.deps.log.debug(`no prices: ${describeError(error)}`),
    );
  }

  /** Sets the tooltip where it has changed: setting it closes one that is open. */
  private drawTooltip(count: number): void {
    const plan = this.deps.planMonitor.latest;
    const tooltip = [costLabel(count, this.cost), ...(plan ? planLines(plan) : [])].join('\n');
    if (this.item.tooltip !== tooltip) this.item.tooltip = tooltip;
  }
}

function costLabel(count: number, cost: number | undefined): string {
  const label = runningLabel(count);
  return cost === undefined ? label : vscode.l10n.t('{0}, about {1} an hour', label, formatDollars(cost));
}

function runningLabel(count: number): string {
  if (count === 0) return vscode.l10n.t('No computer is running');
  return count === 1
    ? vscode.l10n.t('1 computer is running')
    : vscode.l10n.t('{0} computers are running', count);
}
