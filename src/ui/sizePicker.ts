import * as vscode from 'vscode';
import type { ApiError } from '../api/apiErrors';
import type { CelestoClient } from '../api/client';
import type { CreateRequest } from '../api/wire';
import { truncate } from '../base/text';
import { type CreateChoices, withSize } from '../computers/createRequest';
import { offerSizes, preferredSize, type Resources } from '../computers/offeredSizes';
import { findSize, readSizes, type SizeList } from '../computers/sizeList';
import type { SizeMemory } from '../computers/sizeMemory';
import { askFreeSize } from './freeSizeInputs';
import { type Choice, runMultiStepInput, type StepInput } from './multiStepInput';
import { customSize, freeChoices, offeredChoices, type SizeEntry, templateChoice } from './sizeChoices';
import { resourcesOf, type TemplateClient } from './templatePicker';

/** Characters shown of an id that the user wrote, and of all ids. */
const maxLength = 200;

type ChosenSize = CreateChoices['size'];

/** The free numbers to begin with where the template's are not known. */
const fallbackResources: Resources = { vcpus: 2, ramMb: 4096, diskMb: 10_240 };

export interface SizePickerDeps {
  readonly client: Pick<CelestoClient, 'sizes'> & TemplateClient;
  readonly memory: SizeMemory;
  /** Id of the size that the settings name; empty for none. */
  readonly defaultSize: () => string;
}

/** The template that a size is chosen for. */
export interface SizedTemplate {
  readonly id: string | undefined;
  /** Undefined where they are not known. */
  readonly resources: Resources | undefined;
}

/** Finds the size of a new computer: asks for it, or takes what the settings and earlier choices say. */
export class SizePicker {
  constructor(private readonly deps: SizePickerDeps) {}

  /** Reads the sizes of the service. Never rejects. */
  read(): Promise<SizeList> {
    return readSizes(this.deps.client);
  }

  /**
   * Asks for a size, or for free numbers where the service has no sizes.
   * @param refused the refusal of the size that was chosen before
   * @returns undefined for the template's own
   */
  async pick(
    input: StepInput,
    sizes: Promise<SizeList>,
    template: SizedTemplate,
    refused?: ApiError,
  ): Promise<ChosenSize> {
    const entry = await input.pick({
      placeholder: refused?.message ?? sizes.then((list) => this.placeholder(list)),
      choices: sizes.then((list) => this.choices(list, template)),
    });
    if (entry !== customSize) return entry.size;
    return askFreeSize(input, template.resources ?? fallbackResources);
  }

  /**
   * Asks for another size after the service has refused that of a request.
   * @throws a cancellation when the user closes the input
   */
  async replaceSize(title: string, request: CreateRequest, refused: ApiError): Promise<CreateRequest> {
    const { client, memory } = this.deps;
    await memory.noteRefused(request, refused);
    const id = request.template_id;
    const resources = id === undefined ? undefined : await resourcesOf(client, id);
    const { size } = await runMultiStepInput<Pick<CreateChoices, 'size'>>(title, {}, [
      async (input) => ({ size: await this.pick(input, this.read(), { id, resources }, refused) }),
    ]);
    const changed = withSize(request, size);
    await memory.noteChosen(changed);
    return changed;
  }

  /**
   * Finds the size of a computer that is created without a question about it.
   * @param template its CPUs, memory and disk are read where the caller does not know them
   * @param wanted id of a size that the user named; empty for none
   * @returns undefined for the template's own
   * @throws Error when the user named a size that the service does not offer
   */
  async sizeFor(
    { id: templateId, resources: known }: SizedTemplate & { readonly id: string },
    wanted: string,
  ): Promise<string | undefined> {
    const { client, memory } = this.deps;
    const defaultId = this.defaultId;
    const named = wanted.trim() || defaultId;
    const list = await this.read();
    if (list.kind === 'unreadable') return named || undefined;
    if (list.kind === 'none') {
      if (wanted.trim() === '') return undefined;
      throw new Error(vscode.l10n.t('This service has no sizes. Remove "size" from the task.'));
    }
    if (named !== '') {
      const size = findSize(list.sizes, named);
      if (!size) throw new Error(unknownSize(named, list, wanted.trim() === ''));
      // One that the settings name and the plan refuses gives way to what was chosen instead.
      if (wanted.trim() !== '' || memory.refusalOf(size.id) === undefined) return size.id;
    }
    const resources = known ?? (await resourcesOf(client, templateId));
    const offered = offerSizes(list.sizes, resources, memory.refusalOf);
    const preferred = preferredSize(offered, { defaultId, last: memory.last, templateId });
    // Without the template's needs, any size but one that was chosen for it may be too small.
    return resources || memory.last?.templateId === templateId ? preferred?.id : undefined;
  }

  private get defaultId(): string {
    return this.deps.defaultSize().trim();
  }

  private placeholder(list: SizeList): string {
    const { defaultId } = this;
    const isUnknown = list.kind === 'listed' && defaultId !== '' && !findSize(list.sizes, defaultId);
    if (isUnknown)
      return vscode.l10n.t(
        'Select a size. celesto.defaultSize names none of them: {0}',
        truncate(defaultId, maxLength),
      );
    return vscode.l10n.t('Select a size');
  }

  private choices(list: SizeList, { id: templateId, resources }: SizedTemplate): Choice<SizeEntry>[] {
    const { memory } = this.deps;
    switch (list.kind) {
      case 'none':
        return freeChoices(resources ?? fallbackResources);
      case 'unreadable':
        return [templateChoice(resources, vscode.l10n.t('The sizes could not be read. {0}', list.reason))];
      case 'listed': {
        const offered = offerSizes(list.sizes, resources, memory.refusalOf);
        const { defaultId } = this;
        const preferred = preferredSize(offered, { defaultId, last: memory.last, templateId });
        return offeredChoices(offered, preferred?.id, resources, memory.refusalOf());
      }
    }
  }
}

function unknownSize(id: string, { sizes }: SizeList & { kind: 'listed' }, isSetting: boolean): string {
  const name = truncate(id, maxLength);
  const ids = truncate(sizes.map((size) => size.id).join(', '), maxLength);
  return isSetting
    ? vscode.l10n.t('celesto.defaultSize names no size: {0}. Sizes: {1}.', name, ids)
    : vscode.l10n.t('There is no size {0}. Sizes: {1}.', name, ids);
}
