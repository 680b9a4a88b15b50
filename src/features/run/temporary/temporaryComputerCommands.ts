import * as vscode from 'vscode';
import type { ApiError } from '../../../api/apiErrors';
import type { CreateRequest } from '../../../api/wire';
import { cancellation } from '../../../base/abort';
import { createRequest } from '../../../computers/createRequest';
import type { CommandTargets } from '../../../ui/commandTargets';
import { runMultiStepInput } from '../../../ui/multiStepInput';
import type { Handler } from '../../../ui/registerCommands';
import type { SizePicker } from '../../../ui/sizePicker';
import { type ChosenTemplate, pickTemplate, type TemplateClient } from '../../../ui/templatePicker';
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
  readonly client: TemplateClient;
  readonly sizePicker: SizePicker;
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
    const pty = terminals.create({
      targetName: vscode.l10n.t('temporary'),
      createTarget: () =>
        new TemporaryTarget({
          computers,
          createRequest: () => Promise.resolve(request),
          replaceSize: this.replaceSize,
          targetFor: terminals.targetFor,
        }),
      command: { line },
      title: abbreviate(line),
    });
    terminals.show(pty);
  };

  /** The request for a temporary computer. @param template by its id; default: one that the user picks */
  readonly createRequest = async (template?: string, size = ''): Promise<CreateRequest> => {
    const sized = template === undefined ? await this.pickTemplate() : { id: template, resources: undefined };
    const { id: templateId } = sized;
    return createRequest({ templateId, size: await this.deps.sizePicker.sizeFor(sized, size) });
  };

  /** Asks for another size for a request that the service refuses for the one that it names. */
  readonly replaceSize = (request: CreateRequest, refused: ApiError): Promise<CreateRequest> =>
    this.deps.sizePicker.replaceSize(title(), request, refused);

  private async pickTemplate(): Promise<ChosenTemplate> {
    const { client } = this.deps;
    const { template } = await runMultiStepInput<{ template?: ChosenTemplate }>(title(), {}, [
      async (input) => ({ template: await pickTemplate(input, client) }),
    ]);
    if (!template) throw cancellation();
    return template;
  }
}

function title(): string {
  return vscode.l10n.t('Run on a Temporary Computer');
}
