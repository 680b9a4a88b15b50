/** Date and time of ISO 8601 in its extended format; T may be a blank, and the zone may be missing. */
const isoDate =
  /^(?<day>\d{4}-\d\d-\d\d)(?:[T ](?<minute>\d\d:\d\d)(?::(?<second>\d\d)(?:[.,](?<fraction>\d+))?)?(?: ?(?<zone>Z|UTC|[+-]\d\d(?::?\d\d)?))?)?$/i;

/**
 * Parses a date as the service spells it, to the millisecond. One without a zone is UTC, while `new Date` takes it for
 * local time. Undefined for everything else.
 */
export function parseDate(text: string): Date | undefined {
  const parts = isoDate.exec(text.trim())?.groups;
  if (!parts) return undefined;
  const { day = '', minute = '00:00', second = '00', fraction = '', zone = 'Z' } = parts;
  const milliseconds = fraction.slice(0, 3).padEnd(3, '0');
  const date = new Date(`${day}T${minute}:${second}.${milliseconds}${offsetOf(zone)}`);
  return isDay(day) && !Number.isNaN(date.getTime()) ? date : undefined;
}

/** Spells a zone in the one format that every `Date` reads: Z or +HH:MM. */
function offsetOf(zone: string): string {
  if (/^(z|utc)$/i.test(zone)) return 'Z';
  const digits = zone.replace(':', '').padEnd(5, '0');
  return `${digits.slice(0, 3)}:${digits.slice(3)}`;
}

/** False for February 30, which `Date` takes for March 2. */
function isDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}
