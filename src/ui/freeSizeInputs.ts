import * as vscode from 'vscode';
import { createLimits } from '../api/wire';
import { formatMegabytes } from '../base/text';
import type { Resources } from '../computers/offeredSizes';
import type { StepInput } from './multiStepInput';

/** Numbers of CPUs that are offered, each with {@link ramMbPerCpu} of memory. */
const offeredCpus = [1, 2, 4, 8];
const ramMbPerCpu = 2048;

/** An offer of CPUs, memory and disk, for a service without sizes. */
export interface FreeSize {
  readonly label: string;
  readonly description: string;
  readonly resources: Resources;
}

/** Some of the free sizes, with the disk of the template. */
export function freeSizes({ diskMb }: Resources): FreeSize[] {
  return offeredCpus.map((vcpus) => {
    const ramMb = vcpus * ramMbPerCpu;
    return {
      label: vscode.l10n.t('{0} CPU', vcpus),
      description: vscode.l10n.t('{0} memory, {1} disk', formatMegabytes(ramMb), formatMegabytes(diskMb)),
      resources: { vcpus, ramMb, diskMb },
    };
  });
}

/** Asks for each of the numbers, within the service's limits. */
export async function askFreeSize(input: StepInput, initial: Resources): Promise<Resources> {
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
