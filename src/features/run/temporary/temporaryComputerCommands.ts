import * as vscode from 'vscode';
import type { CelestoClient } from '../../../api/client';
import type { CreateRequest, Template } from '../../../api/wire';
import { cancellation } from '../../../base/abort';
import type { CommandTargets } from '../../../ui/commandTargets';
import { runMultiStepInput } from '../../../ui/multiStepInput';
import type { Handler } from '../../../ui/registerCommands';
import { templateChoices } from '../../../ui/templatePicker';
import { abbreviate } from '../command';
import type { CommandHistory } from '../commandHistory';
import { pickCommand } from '../commandPicker';
import type { RunTerminals } from '../runTerminals';
import type { TemporaryComputers } from './temporaryComputers';
import { TemporaryTarget } from './temporaryTarget';

/** The history's key for commands of temporary computers. */
const historyId = 'new';

export interface TemporaryComputerCommandsDeps {
  readonly targets: CommandTargets;
  readonly client: Pick<CelestoClient, 'templates'>;
  readonly terminals: RunTerminals;
  readonly history: CommandHistory;
  readonly computers: TemporaryComputers;
}

/** Runs a command on a computer that is created for it and deleted after it. */
export class TemporaryComputerCommands {
  constructor(private readonly deps: TemporaryComputerCommandsDeps) {}

  readonly run: Handler = async () => {
    const { targets, terminals, history, computers } = this.deps;
    await targets.ensureSignedIn();
    const request = await this.createRequest();
    const name = vscode.l10n.t('a temporary computer');
    const line = await pickCommand({ id: historyId, name }, history);
    if (line === undefined) throw cancellation();
    await history.add(historyId, line);
    const createRequest = (): Promise<CreateRequest> => Promise.resolve(request);
    const { targetFor } = terminals;
    const pty = terminals.create({
      targetName: vscode.l10n.t('temporary'),
      createTarget: () => new TemporaryTarget({ computers, createRequest, targetFor }),
      command: { line },
      title: abbreviate(line),
    });
    terminals.show(pty);
  };

  /** The request for a temporary computer: of the template of this name, else of one that the user picks. */
  readonly createRequest = async (template?: string): Promise<CreateRequest> => {
    const templateId = template ?? (await this.pickTemplate()).id;
    return { template_id: templateId, network_policy: { mode: 'open' }, external_volume_enabled: false };
  };

  private async pickTemplate(): Promise<Template> {
    const { template } = await runMultiStepInput<{ template?: Template }>(
      vscode.l10n.t('Run on a Temporary Computer'),
      {},
      [
        async (input) => ({
          template: await input.pick({
            placeholder: vscode.l10n.t('Select a template'),
            choices: templateChoices(this.deps.client),
          }),
        }),
      ],
    );
    if (!template) throw cancellation();
    return template;
  }
}
