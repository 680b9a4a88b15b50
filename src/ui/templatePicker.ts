import * as vscode from 'vscode';
import type { CelestoClient } from '../api/client';
import type { Template } from '../api/wire';
import { escapeIcons, formatMegabytes, truncate } from '../base/text';
import type { Choice } from './multiStepInput';

/** Characters shown of a template's name and of its description. */
const nameLength = 80;
const descriptionLength = 200;

/** The size of a computer, as a create request has it. */
export interface Size {
  readonly vcpus: number;
  readonly ramMb: number;
  readonly diskMb: number;
}

/** Fetches the templates of the service as items of a quick pick. */
export async function templateChoices(client: Pick<CelestoClient, 'templates'>): Promise<Choice<Template>[]> {
  return (await client.templates()).map(templateChoice);
}

function templateChoice(template: Template): Choice<Template> {
  const { display_name, default_vcpus, default_ram_mb, default_disk_size_mb, experimental } = template;
  return {
    label: escapeIcons(truncate(display_name, nameLength)),
    description: [
      formatSize({ vcpus: default_vcpus, ramMb: default_ram_mb, diskMb: default_disk_size_mb }),
      experimental ? vscode.l10n.t('experimental') : '',
    ]
      .filter(Boolean)
      .join(' · '),
    detail: escapeIcons(truncate(template.description, descriptionLength)),
    value: template,
  };
}

/** Formats CPUs, memory and disk. */
export function formatSize({ vcpus, ramMb, diskMb }: Size): string {
  return vscode.l10n.t(
    '{0} CPU, {1} memory, {2} disk',
    vcpus,
    formatMegabytes(ramMb),
    formatMegabytes(diskMb),
  );
}
