import type { Size } from '../api/wire';
import { findSize } from './sizeList';
import type { LastSize } from './sizeMemory';

/** CPUs, memory and disk of a computer. */
export interface Resources {
  readonly vcpus: number;
  readonly ramMb: number;
  readonly diskMb: number;
}

/** A size as it is offered for a template. */
export interface OfferedSize {
  readonly size: Size;
  /** `own`: the size that the template asks for; `smaller`: less of something than the template asks for. */
  readonly fit: 'own' | 'enough' | 'smaller';
  /** Reason for which the service has refused it before. */
  readonly refusal: string | undefined;
}

/**
 * Orders the sizes for a template, the likeliest first: those that the service has not refused, those that are large
 * enough, the cheapest.
 * @param template what the template asks for; undefined where that is not known
 */
export function offerSizes(
  sizes: readonly Size[],
  template: Resources | undefined,
  refusalOf: (sizeId: string) => string | undefined,
): OfferedSize[] {
  const cheapestFirst = sizes.toSorted(
    (a, b) => hourlyRateOf(a) - hourlyRateOf(b) || a.vcpus - b.vcpus || a.ram_mb - b.ram_mb,
  );
  const own = template && cheapestFirst.find((size) => isOwn(size, template));
  const offered = cheapestFirst.map((size): OfferedSize => {
    const fit = size === own ? 'own' : isEnough(size, template) ? 'enough' : 'smaller';
    return { size, fit, refusal: refusalOf(size.id) };
  });
  return offered.toSorted((a, b) => rankOf(a) - rankOf(b));
}

export interface SizePreferences {
  /** Id of the size that the settings name; empty for none. */
  readonly defaultId: string;
  /** The size that was chosen last. */
  readonly last: LastSize | undefined;
  /** Id of the template of the new computer. */
  readonly templateId: string | undefined;
}

/** Finds the size to take unless the user chooses another one: none that was refused, none too small unasked. */
export function preferredSize(
  offered: readonly OfferedSize[],
  { defaultId, last, templateId }: SizePreferences,
): Size | undefined {
  const allowed = offered.filter(({ refusal }) => refusal === undefined);
  const sizes = allowed.map(({ size }) => size);
  const lastChoice = allowed.find(
    ({ size, fit }) => size.id === last?.sizeId && (fit !== 'smaller' || last.templateId === templateId),
  );
  return findSize(sizes, defaultId) ?? lastChoice?.size ?? sizes[0];
}

/** The price in dollars for each hour. */
export function hourlyRateOf({ hourly_rate_usd }: Size): number {
  return Number(hourly_rate_usd);
}

/** Position of a group of sizes; within one the order stays. */
function rankOf({ fit, refusal }: OfferedSize): number {
  return (refusal === undefined ? 0 : 2) + (fit === 'smaller' ? 1 : 0);
}

/** Compares CPUs and memory alone: the disk of a size is larger than that of any template. */
function isOwn({ vcpus, ram_mb }: Size, template: Resources): boolean {
  return vcpus === template.vcpus && ram_mb === template.ramMb;
}

function isEnough({ vcpus, ram_mb, root_disk_mb }: Size, template: Resources | undefined): boolean {
  if (!template) return true;
  return vcpus >= template.vcpus && ram_mb >= template.ramMb && root_disk_mb >= template.diskMb;
}
