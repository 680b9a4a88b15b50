import * as vscode from 'vscode';
import type { CelestoClient } from '../../api/client';
import { createLimits, type CreateRequest, type Template } from '../../api/wire';
import { formatMegabytes } from '../../base/text';
import { type Choice, runMultiStepInput, type StepInput } from '../../ui/multiStepInput';
import { formatSize, type Size, templateChoices } from '../../ui/templatePicker';

/** The answers so far. The service takes those that are missing from the template. */
interface CreateDraft {
  readonly template?: Template | undefined;
  readonly size?: Size | undefined;
  readonly network?: 'open' | 'off';
  readonly persistentVolume?: boolean;
}

/** Numbers of CPUs that are offered, each with {@link ramMbPerCpu} of memory. */
const offeredCpus = [1, 2, 4, 8];
const ramMbPerCpu = 2048;
/** The size that is shown for a template that names none. */
const fallbackSize: Size = { vcpus: 2, ramMb: 4096, diskMb: 10_240 };

/** Asks for template, size, network and volume of a new computer. @throws a cancellation when the user closes an input */
export async function askCreateRequest(client: Pick<CelestoClient, 'templates'>): Promise<CreateRequest> {
  const draft = await runMultiStepInput<CreateDraft>(vscode.l10n.t('Create Computer'), {}, [
    (input, state) => askTemplate(input, state, client),
    askSize,
    askNetwork,
    askVolume,
  ]);
  return requestOf(draft);
}

async function askTemplate(
  input: StepInput,
  draft: CreateDraft,
  client: Pick<CelestoClient, 'templates'>,
): Promise<CreateDraft> {
  const placeholder = vscode.l10n.t('Select a template');
  return { ...draft, template: await input.pick({ placeholder, choices: templateChoices(client) }) };
}

async function askSize(input: StepInput, draft: CreateDraft): Promise<CreateDraft> {
  const templateSize = sizeOf(draft.template);
  const custom = 'custom';
  const choices: Choice<Size | typeof custom | undefined>[] = [
    { label: vscode.l10n.t('Default size'), description: formatSize(templateSize), value: undefined },
    ...offeredCpus.map((vcpus) =>
      sizeChoice({ vcpus, ramMb: vcpus * ramMbPerCpu, diskMb: templateSize.diskMb }),
    ),
    {
      label: vscode.l10n.t('Custom size…'),
      description: vscode.l10n.t('Choose CPUs, memory and disk'),
      value: custom,
    },
  ];
  const chosen = await input.pick({ placeholder: vscode.l10n.t('Select a size'), choices });
  return { ...draft, size: chosen === custom ? await askCustomSize(input, templateSize) : chosen };
}

function sizeChoice(size: Size): Choice<Size> {
  const { vcpus, ramMb, diskMb } = size;
  return {
    label: vscode.l10n.t('{0} CPU', vcpus),
    description: vscode.l10n.t('{0} memory, {1} disk', formatMegabytes(ramMb), formatMegabytes(diskMb)),
    value: size,
  };
}

async function askCustomSize(input: StepInput, initial: Size): Promise<Size> {
  const vcpus = await input.number({
    prompt: vscode.l10n.t('Number of CPUs.'),
    initial: initial.vcpus,
    ...createLimits.vcpus,
  });
  const ramMb = await input.number({
    prompt: vscode.l10n.t('Memory in MB.'),
    initial: initial.ramMb,
    ...createLimits.ramMb,
  });
  const diskMb = await input.number({
    prompt: vscode.l10n.t('Disk in MB.'),
    initial: initial.diskMb,
    ...createLimits.diskMb,
  });
  return { vcpus, ramMb, diskMb };
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
      value: 'off',
    },
  ];
  const placeholder = vscode.l10n.t('Select network access');
  return { ...draft, network: await input.pick({ placeholder, choices }) };
}

async function askVolume(input: StepInput, draft: CreateDraft): Promise<CreateDraft> {
  const choices: Choice<boolean>[] = [
    {
      label: vscode.l10n.t('No persistent volume'),
      description: vscode.l10n.t('Files are kept on its disk'),
      value: false,
    },
    {
      label: vscode.l10n.t('Persistent volume at /home/ohm'),
      description: vscode.l10n.t('Survives a stop and a restore'),
      value: true,
    },
  ];
  const placeholder = vscode.l10n.t('Add a persistent volume?');
  return { ...draft, persistentVolume: await input.pick({ placeholder, choices }) };
}

function sizeOf(template: Template | undefined): Size {
  return {
    vcpus: template?.default_vcpus ?? fallbackSize.vcpus,
    ramMb: template?.default_ram_mb ?? fallbackSize.ramMb,
    diskMb: template?.default_disk_size_mb ?? fallbackSize.diskMb,
  };
}

function requestOf({ template, size, network, persistentVolume }: CreateDraft): CreateRequest {
  return {
    ...(template && { template_id: template.id }),
    ...(size && { vcpus: size.vcpus, ram_mb: size.ramMb, disk_size_mb: size.diskMb }),
    network_policy: { mode: network ?? 'open' },
    external_volume_enabled: persistentVolume ?? false,
  };
}
