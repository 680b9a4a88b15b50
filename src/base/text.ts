/**
 * Server text made safe to show: control characters (C0, DEL, C1), invisible ones (bidirectional marks and overrides,
 * zero-width characters, tags) and halves of surrogate pairs are taken out; runs of white space become one space.
 */
export function printable(text: string): string {
  // Most texts are plain, and a list holds thousands.
  if (/^(?:[!-~]+ )*[!-~]+$/.test(text)) return text;
  return text
    .replace(/[\p{Cf}\p{Cs}]|(?!\s)\p{Cc}/gu, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** {@link printable}, cut to a length with an ellipsis. */
export function truncate(text: string, length: number): string {
  const clean = printable(text);
  if (clean.length <= length) return clean;
  // The cut may fall into the middle of an emoji.
  return `${clean.slice(0, length - 1).replace(/\p{Cs}$/u, '')}…`;
}

/** Text for a place where VS Code draws an icon for `$(name)`: there it shows as it is. */
export function escapeIcons(text: string): string {
  return text.replace(/\$(?=\([\w~-]+\))/g, String.raw`\$&`);
}

/** Text for a notification, where VS Code makes `[words](address)` a link, be it one that runs a command: made no link. */
export function escapeLinks(text: string): string {
  return text.replaceAll('](', '] (');
}

/** A size in megabytes in words a person would use: 512 MB, 2 GB, 1.5 GB. */
export function formatMegabytes(mb: number): string {
  return mb < 1024 ? `${mb} MB` : `${Number((mb / 1024).toFixed(1))} GB`;
}

/** A number of bytes in words a person would use: 12 B, 3 KB, 1.5 MB. */
export function formatBytes(count: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const unit = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, count)) / 10));
  return `${Number((count / 1024 ** unit).toFixed(1))} ${units[unit]}`;
}
