import { t } from '@vscode/l10n';
import { formatMegabytes } from '../base/text';
import type { Resources } from '../computers/offeredSizes';

/** Formats CPUs, memory and disk. */
export function formatResources({ vcpus, ramMb, diskMb }: Resources): string {
  return t('{0} CPU, {1} memory, {2} disk', vcpus, formatMegabytes(ramMb), formatMegabytes(diskMb));
}
