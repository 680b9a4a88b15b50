import * as vscode from 'vscode';
import { billingAction } from '../../ui/errorActions';
import { formatDay } from '../../ui/formatDay';
import { creditName } from '../../ui/planFacts';
import { inform, warn } from '../../ui/prompts';
import type { PlanPrompts } from './planNotices';

/** The notifications about the plan. */
export const planPrompts: PlanPrompts = {
  showLastSlot: (limit) => {
    void inform(
      vscode.l10n.t('This is the last of {0} computers that your plan runs at the same time.', limit),
    );
  },
  warnOfLowCredit: ({ kind, until }) => {
    const name = creditName(kind);
    const message = until
      ? vscode.l10n.t('Less than $1 of your {0} is left, until {1}.', name, formatDay(until))
      : vscode.l10n.t('Less than $1 of your {0} is left.', name);
    const { label, run } = billingAction();
    void warn(message, label).then((chosen) => (chosen === label ? run() : undefined));
  },
};
