import * as vscode from 'vscode';
import type { Account } from '../../account/account';
import type { Clock } from '../../base/clock';
import type { ServiceReports } from '../../computers/serviceReports';
import type { CommandTargets } from '../../ui/commandTargets';
import { billingAction } from '../../ui/errorActions';
import { planLines } from '../../ui/planFacts';
import { withProgress } from '../../ui/progress';
import { inform } from '../../ui/prompts';
import type { Handler } from '../../ui/registerCommands';

export interface PlanCommandDeps {
  readonly account: Pick<Account, 'organization'>;
  readonly targets: Pick<CommandTargets, 'ensureSignedIn'>;
  readonly serviceReports: Pick<ServiceReports, 'plan'>;
  readonly clock: Clock;
}

/** Shows the plan of the account in a dialog: its state, its use, the cost of the month and the credit. */
export class PlanCommand {
  constructor(private readonly deps: PlanCommandDeps) {}

  readonly show: Handler = async () => {
    const { account, targets, serviceReports, clock } = this.deps;
    await targets.ensureSignedIn();
    const plan = await withProgress(clock, vscode.l10n.t('Reading the plan…'), (signal) =>
      serviceReports.plan(signal),
    );
    if (!plan) {
      void inform(vscode.l10n.t('Celesto tells nothing about the plan of this account.'));
      return;
    }
    const name = account.organization?.name;
    const title =
      name === undefined ? vscode.l10n.t('Plan and Usage') : vscode.l10n.t('Plan and Usage of {0}', name);
    const detail = planLines(plan).join('\n');
    const { label, run } = billingAction();
    const chosen = await vscode.window.showInformationMessage(title, { modal: true, detail }, label);
    if (chosen === label) await run();
  };
}
