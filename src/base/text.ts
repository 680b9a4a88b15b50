/**
 * Makes text from a server safe to display: removes control characters (C0, DEL, C1), invisible ones (bidirectional
 * marks and overrides, zero-width characters, tags) and unpaired surrogates; collapses white space to one space.
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
  // The cut may fall into the middle of an emoji, which leaves half a surrogate pair.
  return `${clean.slice(0, length - 1).replace(/\p{Cs}$/u, '')}…`;
}

/** Counts code points, as the service's limits do; `length` counts UTF-16 units. */
export function countCharacters(text: string): number {
  return Array.from(text).length;
}

/** Escapes `$(name)` for texts in which VS Code would draw an icon for it. */
export function escapeIcons(text: string): string {
  return text.replace(/\$(?=\([\w~-]+\))/g, String.raw`\$&`);
}

/** Escapes `[label](address)` for notifications, where VS Code makes it a link, even one that runs a command. */
export function escapeLinks(text: string): string {
  return text.replaceAll('](', '] (');
}

/** Formats a size in megabytes: 512 MB, 2 GB, 1.5 GB. */
export function formatMegabytes(mb: number): string {
  return mb < 1024 ? `${mb} MB` : `${Number((mb / 1024).toFixed(1))} GB`;
}

/** Formats a number of bytes: 12 B, 3 KB, 1.5 MB. */
export function formatBytes(count: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const unit = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, count)) / 10));
  return `${Number((count / 1024 ** unit).toFixed(1))} ${units[unit]}`;
}
