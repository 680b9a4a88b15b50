/** Formats a day in the user's locale and time zone: December 12, 2026. */
export function formatDay(date: Date): string {
  return date.toLocaleDateString(undefined, { dateStyle: 'long' });
}
