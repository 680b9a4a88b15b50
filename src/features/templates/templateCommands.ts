import * as vscode from 'vscode';
import { isApiError } from '../../api/apiErrors';
import type { CelestoClient } from '../../api/client';
import type { CustomTemplate } from '../../api/wire';
import { cancellation } from '../../base/abort';
import type { Clock } from '../../base/clock';
import { escapeIcons, truncate } from '../../base/text';
import { buildStatusOf } from '../../computers/buildStatus';
import type { CommandTargets } from '../../ui/commandTargets';
import { withProgress } from '../../ui/progress';
import { confirmOrCancel, inform } from '../../ui/prompts';
import type { Handler } from '../../ui/registerCommands';
import type { BuildLogDocuments } from './buildLogDocuments';
import type { NamedTemplate } from './buildLogPage';

/** Characters shown of a template's name and of the reason of a failure. */
const maxLength = { name: 80, error: 200 };

export interface TemplateCommandsDeps {
  readonly client: Pick<CelestoClient, 'customTemplates' | 'rebuildTemplate'>;
  readonly documents: BuildLogDocuments;
  readonly targets: Pick<CommandTargets, 'ensureSignedIn'>;
  readonly clock: Clock;
}

/** Commands for the templates that the organization builds itself. Each takes `{ templateId, name }`, or asks. */
export class TemplateCommands {
  constructor(private readonly deps: TemplateCommandsDeps) {}

  readonly showBuildLog: Handler = async (...args) => {
    await this.showLogOf(await this.resolve(args, vscode.l10n.t('Show Build Log'), () => true));
  };

  readonly rebuild: Handler = async (...args) => {
    const title = vscode.l10n.t('Rebuild Template');
    const template = await this.resolve(args, title, ({ status }) => !buildStatusOf(status).isBuilding);
    await confirmOrCancel({
      question: vscode.l10n.t('Rebuild the template {0}?', template.name),
      detail: vscode.l10n.t(
        'Its script runs again. New computers use the last good build until this one is ready; computers that exist do not change.',
      ),
      action: vscode.l10n.t('Rebuild'),
    });
    const message = await this.requestRebuild(template);
    const showLog = vscode.l10n.t('Show Build Log');
    if ((await inform(message, showLog)) === showLog) await this.showLogOf(template);
  };

  /** @returns a sentence about the build that is under way now */
  private async requestRebuild({ templateId, name }: NamedTemplate): Promise<string> {
    const { client, clock } = this.deps;
    const title = vscode.l10n.t('Rebuilding {0}…', name);
    try {
      await withProgress(clock, title, (signal) => client.rebuildTemplate(templateId, signal));
      return vscode.l10n.t('The template {0} is being rebuilt.', name);
    } catch (error) {
      if (!isApiError(error, 'conflict')) throw error;
      return vscode.l10n.t('The template {0} is being built already.', name);
    }
  }

  private async showLogOf(template: NamedTemplate): Promise<void> {
    const { clock, documents } = this.deps;
    await withProgress(clock, vscode.l10n.t('Reading the build log of {0}…', template.name), (signal) =>
      documents.show(template, signal),
    );
  }

  /** @throws a cancellation when the user picks none */
  private async resolve(
    [given]: readonly unknown[],
    title: string,
    isOffered: (template: CustomTemplate) => boolean,
  ): Promise<NamedTemplate> {
    await this.deps.targets.ensureSignedIn();
    if (isNamedTemplate(given)) return { ...given, name: truncate(given.name, maxLength.name) };
    const templates = (await this.templates()).filter(isOffered);
    const placeHolder =
      templates.length === 0
        ? vscode.l10n.t('Your organization has no template for that.')
        : vscode.l10n.t('Select a template');
    const chosen = await vscode.window.showQuickPick(templates.map(itemOf), { title, placeHolder });
    if (!chosen) throw cancellation();
    return chosen.template;
  }

  /** None where the service has no templates of organizations. */
  private async templates(): Promise<readonly CustomTemplate[]> {
    const { client, clock } = this.deps;
    try {
      return await withProgress(clock, vscode.l10n.t('Reading the templates…'), (signal) =>
        client.customTemplates(signal),
      );
    } catch (error) {
      if (isApiError(error, 'notFound')) return [];
      throw error;
    }
  }
}

interface TemplateItem extends vscode.QuickPickItem {
  readonly template: NamedTemplate;
}

function itemOf({ id, name, status, error }: CustomTemplate): TemplateItem {
  const { label, hasFailed } = buildStatusOf(status);
  const shownName = truncate(name, maxLength.name) || id;
  return {
    label: escapeIcons(shownName),
    description: escapeIcons(label()),
    ...(hasFailed && error !== null && { detail: escapeIcons(truncate(error, maxLength.error)) }),
    template: { templateId: id, name: shownName },
  };
}

function isNamedTemplate(value: unknown): value is NamedTemplate {
  const { templateId, name } = (value ?? {}) as Partial<NamedTemplate>;
  return typeof templateId === 'string' && typeof name === 'string';
}
