import * as vscode from 'vscode';
import { diskDeletionOf } from '../../computers/diskDeletion';
import { formatDay } from '../../ui/formatDay';
import { inform } from '../../ui/prompts';
import type { IdlePrompts } from './idleStopper';

/** The questions and notifications about idle computers. A question that is closed counts as Keep. */
export const idlePrompts: IdlePrompts = {
  askToStop: async ({ name }, idle) => {
    const stop = vscode.l10n.t('Stop');
    const keep = vscode.l10n.t('Keep');
    const never = vscode.l10n.t('Never for This Computer');
    const question = vscode.l10n.t('{0} has been idle for {1}. Stop it?', name, minutes(idle));
    const answer = await inform(question, stop, keep, never);
    if (answer === stop) return 'stop';
    return answer === never ? 'never' : 'keep';
  },
  showStopped: (computer, idle) => {
    const { id, name } = computer;
    const start = vscode.l10n.t('Start');
    const message = vscode.l10n.t('{0} was stopped because it was idle for {1}.', name, minutes(idle));
    const deletion = diskDeletionOf(computer);
    const kept = deletion && vscode.l10n.t('Its disk is kept until {0}.', formatDay(deletion));
    void inform([message, kept].filter(Boolean).join(' '), start).then((answer) => {
      if (answer === start) void vscode.commands.executeCommand('celesto.start', { computerId: id });
    });
  },
  showInUseAgain: ({ name }) => {
    const message = vscode.l10n.t('{0} is in use again, so it was not stopped.', name);
    void inform(message);
  },
};

function minutes(milliseconds: number): string {
  const count = Math.max(1, Math.floor(milliseconds / 60_000));
  return count === 1 ? vscode.l10n.t('one minute') : vscode.l10n.t('{0} minutes', count);
}
