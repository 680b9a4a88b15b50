import * as vscode from 'vscode';
import { ApiError } from '../api/apiErrors';
import { type NextStep, nextStepOf } from '../api/refusals';
import { copyAs } from './clipboard';

/** A button of an error message. */
export interface ErrorAction {
  readonly label: string;
  readonly run: () => Thenable<unknown>;
}

/** The site with the settings of the account. A constant: no answer of the service names an address to open. */
const accountSite = vscode.Uri.parse('https://celesto.ai');

/** The failed call that an error is about: the error itself, or what caused it. */
export function apiErrorIn(error: unknown): ApiError | undefined {
  for (let current = error; current instanceof Error; current = current.cause)
    if (current instanceof ApiError) return current;
  return undefined;
}

/** The buttons that lead out of a refusal, the likeliest first; none for other errors. */
export function refusalActions(error: unknown): readonly ErrorAction[] {
  const refusal = apiErrorIn(error)?.refusal;
  return refusal ? actionsFor(nextStepOf(refusal)) : [];
}

/** The button that copies what the support of the service asks for; undefined where the service did not answer. */
export function copyDetailsAction(error: unknown): ErrorAction | undefined {
  const failed = apiErrorIn(error);
  if (failed?.requestId === undefined) return undefined;
  return {
    label: vscode.l10n.t('Copy Details'),
    run: () => copyAs(detailsOf(failed), vscode.l10n.t('details')),
  };
}

/** The button that opens the billing settings of the account. */
export function billingAction(): ErrorAction {
  return openSite(vscode.l10n.t('Open Billing'));
}

function actionsFor(step: NextStep): readonly ErrorAction[] {
  switch (step) {
    case 'freeSlot':
      return [
        command(vscode.l10n.t('Stop One…'), 'celesto.stop'),
        command(vscode.l10n.t('Delete One…'), 'celesto.delete'),
      ];
    case 'deleteComputer':
      return [command(vscode.l10n.t('Delete One…'), 'celesto.delete')];
    case 'useMicroSize':
    case 'chooseSize':
      return [command(vscode.l10n.t('Create Computer…'), 'celesto.create')];
    case 'manageBilling':
      return [billingAction()];
    case 'manageKeys':
      return [openSite(vscode.l10n.t('Open API Keys'))];
    case 'switchOrganization':
      return [command(vscode.l10n.t('Switch Organization…'), 'celesto.switchOrganization')];
    case 'none':
      return [];
  }
}

function command(label: string, id: string): ErrorAction {
  return { label, run: () => vscode.commands.executeCommand(id) };
}

function openSite(label: string): ErrorAction {
  return { label, run: () => vscode.env.openExternal(accountSite) };
}

/** The facts of a failed call as plain text, in English like the log. */
function detailsOf({ message, status, kind, refusal, requestId }: ApiError): string {
  const facts = [
    ['Message', message],
    ['Status', status],
    ['Kind', refusal?.code ?? kind],
    ['Request', requestId],
    ['Copied', new Date().toISOString()],
  ];
  return facts.map(([label, value]) => `${label}: ${value ?? 'none'}`).join('\n');
}
