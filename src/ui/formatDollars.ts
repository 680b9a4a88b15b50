/** Formats dollars an hour, with four decimals below ten cents. */
export function formatDollars(rate: number): string {
  return `$${rate >= 0.1 || rate === 0 ? rate.toFixed(2) : rate.toFixed(4)}`;
}
