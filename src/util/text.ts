/**
 * Server text made safe to show: control characters (C0, DEL, C1), bidirectional marks and overrides, zero-width and
 * line-separator characters are taken out, and runs of white space become one space.
 */
export function printable(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu, '')
    .trim();
}

/** {@link printable}, cut to a length with an ellipsis. */
export function shortened(text: string, length: number): string {
  const clean = printable(text);
  return clean.length > length ? `${clean.slice(0, length - 1)}…` : clean;
}

/** A size in megabytes in words a person would use: 512 MB, 2 GB, 1.5 GB. */
export function megabytes(mb: number): string {
  return mb < 1024 ? `${mb} MB` : `${Number((mb / 1024).toFixed(1))} GB`;
}
