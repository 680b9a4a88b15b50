import * as vscode from 'vscode';
import type { ApiError } from '../../api/apiErrors';
import type { CreateChoices } from '../../computers/createRequest';
import { keptFiles, volumePath } from '../../computers/keptFiles';
import type { SizeList } from '../../computers/sizeList';
import { type Choice, runMultiStepInput, type StepInput } from '../../ui/multiStepInput';
import type { SizePicker } from '../../ui/sizePicker';
import { type ChosenTemplate, pickTemplate, type TemplateClient } from '../../ui/templatePicker';

/** The answers so far. */
interface CreateDraft extends Pick<CreateChoices, 'size' | 'network' | 'persistentVolume'> {
  readonly template?: ChosenTemplate;
}

export interface CreateInputsDeps {
  readonly client: TemplateClient;
  readonly sizePicker: Pick<SizePicker, 'read' | 'pick'>;
}

/** Index of the step that asks for the size. */
const sizeStep = 1;

/** The questions about one new computer. */
export class CreateInputs {
  private draft: CreateDraft = {};

  constructor(private readonly deps: CreateInputsDeps) {}

  /** Asks for template, size, network and volume. @throws a cancellation when the user closes an input */
  ask(): Promise<CreateChoices> {
    return this.run();
  }

  /** Asks for another size, and keeps the other answers unless the user goes back to them. @throws a cancellation */
  askAnotherSize(refused: ApiError): Promise<CreateChoices> {
    return this.run(refused);
  }

  private async run(refused?: ApiError): Promise<CreateChoices> {
    const sizes = this.deps.sizePicker.read();
    /** False once the user has gone back to the template: then the later questions come again. */
    let keepsAnswers = refused !== undefined;
    this.draft = await runMultiStepInput<CreateDraft>(
      vscode.l10n.t('Create Computer'),
      this.draft,
      [
        (input, draft) => {
          keepsAnswers = false;
          return this.askTemplate(input, draft);
        },
        (input, draft) => this.askSize(input, draft, sizes, keepsAnswers ? refused : undefined),
        (input, draft) => (keepsAnswers ? Promise.resolve(draft) : askNetwork(input, draft)),
        (input, draft) => (keepsAnswers ? Promise.resolve(draft) : askVolume(input, draft)),
      ],
      refused ? sizeStep : 0,
    );
    return { ...this.draft, templateId: this.draft.template?.id };
  }

  private async askTemplate(input: StepInput, draft: CreateDraft): Promise<CreateDraft> {
    return { ...draft, template: await pickTemplate(input, this.deps.client, draft.template?.id) };
  }

  private async askSize(
    input: StepInput,
    draft: CreateDraft,
    sizes: Promise<SizeList>,
    refused: ApiError | undefined,
  ): Promise<CreateDraft> {
    const { id, resources } = draft.template ?? {};
    return { ...draft, size: await this.deps.sizePicker.pick(input, sizes, { id, resources }, refused) };
  }
}

async function askNetwork(input: StepInput, draft: CreateDraft): Promise<CreateDraft> {
  const choices: Choice<'open' | 'off'>[] = [
    {
      label: vscode.l10n.t('Open'),
      description: vscode.l10n.t('Can reach the internet'),
      value: 'open',
    },
    {
      label: vscode.l10n.t('Off'),
      description: vscode.l10n.t('Cannot reach the internet. This cannot be changed later.'),
      detail: vscode.l10n.t('Without network there is no persistent volume.'),
      value: 'off',
    },
  ];
  const placeholder = vscode.l10n.t('Select network access');
  const network = await input.pick({ placeholder, choices: withActive(choices, draft.network) });
  return { ...draft, network };
}

/** Asks for a volume, which needs the network: without that there is nothing to ask. */
async function askVolume(input: StepInput, draft: CreateDraft): Promise<CreateDraft> {
  if (draft.network === 'off') return { ...draft, persistentVolume: false };
  const choices: Choice<boolean>[] = [
    {
      label: vscode.l10n.t('No persistent volume'),
      detail: keptFiles({ persistentVolume: false }),
      value: false,
    },
    {
      label: vscode.l10n.t('Persistent volume at {0}', volumePath),
      detail: keptFiles({ persistentVolume: true }),
      value: true,
    },
  ];
  const placeholder = vscode.l10n.t('Add a persistent volume?');
  const persistentVolume = await input.pick({
    placeholder,
    choices: withActive(choices, draft.persistentVolume),
  });
  return { ...draft, persistentVolume };
}

function withActive<T>(choices: readonly Choice<T>[], active: T | undefined): Choice<T>[] {
  return choices.map((choice) => ({ ...choice, isActive: choice.value === active }));
}
