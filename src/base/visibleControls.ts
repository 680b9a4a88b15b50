/**
 * Shows the control characters of a text that is kept line by line: C0 and DEL as their Unicode pictures (␛ for ESC), all
 * other invisible ones (C1, bidirectional marks, zero-width characters, halves of surrogate pairs) by their number. Line
 * ends become \n; tabs stay.
 */
export function visibleControls(text: string): string {
  return text.replace(/\r+\n/g, '\n').replace(/(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, visible);
}

function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  return code === 0x7f ? '␡' : `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
}
