import type { Size } from '../../../src/api/wire';

/** Makes a size. Memory and disk in GB. */
export function size(id: string, vcpus: number, ramGb: number, diskGb: number, rate: string): Size {
  return { id, vcpus, ram_mb: ramGb * 1024, root_disk_mb: diskGb * 1024, hourly_rate_usd: rate };
}

/** The sizes of the service, in no order. */
export const sizes = [
  size('xl', 8, 32, 100, '0.32'),
  size('standard', 2, 4, 30, '0.06'),
  size('micro', 1, 2, 20, '0.03'),
  size('large', 4, 16, 60, '0.16'),
  size('small', 1, 4, 25, '0.04'),
  size('memory', 2, 8, 40, '0.08'),
];
