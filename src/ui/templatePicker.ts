import * as vscode from 'vscode';
import { isApiError } from '../api/apiErrors';
import type { CelestoClient } from '../api/client';
import type { CustomTemplate, Template } from '../api/wire';
import { cancellation } from '../base/abort';
import { messageOf } from '../base/errors';
import { escapeIcons, truncate } from '../base/text';
import { buildStatusOf } from '../computers/buildStatus';
import type { Resources } from '../computers/offeredSizes';
import { formatResources } from './formatResources';
import type { Choice, StepInput } from './multiStepInput';
import { warn } from './prompts';

/** Characters shown of a template's name, and of its description or the reason of a failure. */
const nameLength = 80;
const descriptionLength = 200;

/** Milliseconds for reading the templates of the organization: the others can be used without them. */
const customTimeoutMs = 5_000;

/** A template that a computer can be created from. */
export interface ChosenTemplate {
  readonly id: string;
  /** The CPUs, memory and disk that it asks for. */
  readonly resources: Resources;
}

export type TemplateClient = Pick<CelestoClient, 'templates' | 'customTemplates'>;

/** An entry of the list of templates: one to choose, or the reason why it cannot be. */
type Entry =
  | { readonly kind: 'usable'; readonly template: ChosenTemplate }
  | { readonly kind: 'unusable'; readonly reason: string }
  | { readonly kind: 'failed'; readonly id: string; readonly name: string; readonly reason: string };

/**
 * Asks for a template: of the service, or of the organization's own.
 * @param currentId id of the template that is active
 * @throws a cancellation when the user closes the input, or chooses a template whose build has failed
 */
export async function pickTemplate(
  input: StepInput,
  client: TemplateClient,
  currentId?: string,
): Promise<ChosenTemplate> {
  const choices = templateChoices(client, currentId);
  let placeholder = vscode.l10n.t('Select a template');
  for (;;) {
    const entry = await input.pick({ placeholder, choices });
    if (entry.kind === 'usable') return entry.template;
    if (entry.kind === 'failed') await explainFailedBuild(entry);
    else placeholder = vscode.l10n.t('{0} Select another template.', entry.reason);
  }
}

/** The CPUs, memory and disk that a template asks for; undefined where they cannot be found out. */
export async function resourcesOf(
  client: TemplateClient,
  templateId: string,
): Promise<Resources | undefined> {
  const [templates, custom] = await Promise.allSettled([client.templates(), client.customTemplates()]);
  const found = [...valueOf(templates), ...valueOf(custom)].find(({ id }) => id === templateId);
  return found && defaultsOf(found);
}

async function templateChoices(client: TemplateClient, currentId?: string): Promise<Choice<Entry>[]> {
  const [templates, custom] = await Promise.all([client.templates(), customChoices(client)]);
  const isCurrent = ({ value }: Choice<Entry>): boolean =>
    value.kind === 'usable' && value.template.id === currentId;
  const choices = [...templates.map(templateChoice), ...custom];
  return choices.map((choice) => ({ ...choice, isActive: isCurrent(choice) }));
}

/** The templates of the organization. Where they cannot be read, one entry says so: the others can be used. */
async function customChoices(client: TemplateClient): Promise<Choice<Entry>[]> {
  const limit = AbortSignal.timeout(customTimeoutMs);
  try {
    return (await client.customTemplates(limit)).map(customChoice);
  } catch (error) {
    if (isApiError(error, 'notFound')) return [];
    const cause = limit.aborted ? vscode.l10n.t('Celesto did not respond in time.') : messageOf(error);
    const reason = vscode.l10n.t('The templates of your organization could not be read.');
    const detail = escapeIcons(truncate(cause, descriptionLength));
    return [{ label: vscode.l10n.t('Custom templates'), detail, value: { kind: 'unusable', reason } }];
  }
}

function templateChoice(template: Template): Choice<Entry> {
  const { id, display_name, experimental } = template;
  const resources = defaultsOf(template);
  return {
    label: escapeIcons(truncate(display_name, nameLength)),
    description: joined(formatResources(resources), experimental ? vscode.l10n.t('experimental') : ''),
    detail: escapeIcons(truncate(template.description, descriptionLength)),
    value: { kind: 'usable', template: { id, resources } },
  };
}

function customChoice(template: CustomTemplate): Choice<Entry> {
  const name = truncate(template.name, nameLength) || template.id;
  const custom = vscode.l10n.t('custom template');
  const state = buildStatusOf(template.status).label();
  return {
    label: escapeIcons(name),
    description: joined(formatResources(defaultsOf(template)), custom, escapeIcons(state)),
    value: customEntry(template, name),
  };
}

function customEntry(template: CustomTemplate, name: string): Entry {
  const { id, status, error, failure } = template;
  const { isUsable, hasFailed, isBuilding } = buildStatusOf(status);
  if (isUsable) return { kind: 'usable', template: { id, resources: defaultsOf(template) } };
  if (hasFailed) {
    const reason = truncate([error, failure?.hint].filter(Boolean).join(' '), descriptionLength);
    return { kind: 'failed', id, name, reason: reason || vscode.l10n.t('The service gives no reason.') };
  }
  const reason = isBuilding
    ? vscode.l10n.t('{0} is being built.', name)
    : vscode.l10n.t('{0} is not ready.', name);
  return { kind: 'unusable', reason };
}

/** Tells why a build has failed, and offers to look into it. @throws a cancellation in any case */
async function explainFailedBuild({ id, name, reason }: Entry & { kind: 'failed' }): Promise<never> {
  const showLog = vscode.l10n.t('Show Build Log');
  const rebuild = vscode.l10n.t('Rebuild');
  const chosen = await warn(
    vscode.l10n.t('The template {0} could not be built. {1}', name, reason),
    showLog,
    rebuild,
  );
  const template = { templateId: id, name };
  if (chosen === showLog) await vscode.commands.executeCommand('celesto.showBuildLog', template);
  if (chosen === rebuild) await vscode.commands.executeCommand('celesto.rebuildTemplate', template);
  throw cancellation();
}

function defaultsOf(template: Template | CustomTemplate): Resources {
  const { default_vcpus: vcpus, default_ram_mb: ramMb, default_disk_size_mb: diskMb } = template;
  return { vcpus, ramMb, diskMb };
}

function valueOf<T>(list: PromiseSettledResult<T[]>): T[] {
  return list.status === 'fulfilled' ? list.value : [];
}

function joined(...facts: readonly string[]): string {
  return facts.filter(Boolean).join(' · ');
}
