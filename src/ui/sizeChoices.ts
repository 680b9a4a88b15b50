import * as vscode from 'vscode';
import { escapeIcons, truncate } from '../base/text';
import type { CreateChoices } from '../computers/createRequest';
import { hourlyRateOf, type OfferedSize, type Resources } from '../computers/offeredSizes';
import { formatDollars } from './formatDollars';
import { formatResources } from './formatResources';
import { freeSizes } from './freeSizeInputs';
import type { Choice } from './multiStepInput';

/** Stands for free numbers that are still to be asked for. */
export const customSize = 'custom';

/** A size, the template's own where it is undefined, or {@link customSize}. */
export type SizeEntry = { readonly size: CreateChoices['size'] } | typeof customSize;

/** Characters shown of a size's name, and of a reason. */
const maxLength = { name: 40, reason: 200 };

/** Names a size by its id: micro is Micro, xl is XL. */
export function sizeName(id: string): string {
  const name = truncate(id.replaceAll(/[-_]+/g, ' '), maxLength.name);
  return name.length <= 2 ? name.toUpperCase() : name.charAt(0).toUpperCase() + name.slice(1);
}

/**
 * Makes the entries of a service with sizes; those that were refused come last.
 * @param activeId id of the size that Enter takes
 * @param noSizeRefusal reason for which a create without a size was refused
 */
export function offeredChoices(
  offered: readonly OfferedSize[],
  activeId: string | undefined,
  template: Resources | undefined,
  noSizeRefusal: string | undefined,
): Choice<SizeEntry>[] {
  const choices = offered.map((each) => ({ ...offeredChoice(each), isActive: each.size.id === activeId }));
  const allowed = offered.filter(({ refusal }) => refusal === undefined).length;
  const own = templateChoice(template, noSizeRefusal);
  return noSizeRefusal === undefined
    ? [...choices.slice(0, allowed), own, ...choices.slice(allowed)]
    : [...choices, own];
}

/** Makes the entries of a service without sizes. */
export function freeChoices(template: Resources): Choice<SizeEntry>[] {
  return [
    templateChoice(template),
    ...freeSizes(template).map(({ label, description, resources }) => {
      return { label, description, value: { size: resources } };
    }),
    {
      label: vscode.l10n.t('Custom size…'),
      description: vscode.l10n.t('Choose CPUs, memory and disk'),
      value: customSize,
    },
  ];
}

/** Makes the entry without a size. @param remark on why it may not do, or why there is no other */
export function templateChoice(template: Resources | undefined, remark?: string): Choice<SizeEntry> {
  return {
    label: vscode.l10n.t("Template's default size"),
    ...(template && { description: formatResources(template) }),
    ...(remark !== undefined && { detail: detailOf(remark) }),
    value: { size: undefined },
  };
}

function offeredChoice({ size, fit, refusal }: OfferedSize): Choice<SizeEntry> {
  const { id, vcpus, ram_mb: ramMb, root_disk_mb: diskMb } = size;
  const remarks: Readonly<Record<OfferedSize['fit'], string>> = {
    own: vscode.l10n.t("template's own size"),
    enough: '',
    smaller: vscode.l10n.t("smaller than the template's default"),
  };
  const facts = [
    formatResources({ vcpus, ramMb, diskMb }),
    vscode.l10n.t('{0} an hour', formatDollars(hourlyRateOf(size))),
    remarks[fit],
    refusal === undefined ? '' : vscode.l10n.t('refused'),
  ];
  return {
    label: escapeIcons(sizeName(id)),
    description: facts.filter(Boolean).join(' · '),
    ...(refusal !== undefined && { detail: detailOf(refusal) }),
    value: { size: id },
  };
}

function detailOf(reason: string): string {
  return escapeIcons(truncate(reason, maxLength.reason));
}
