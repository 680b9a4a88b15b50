/** The part of a line of `authorized_keys` that is the key itself, whatever options and comment are around it. */
export function base64Of(publicLine: string): string {
  return publicLine.split(' ')[1] ?? '';
}

/**
 * A shell command that takes keys out of an `authorized_keys` file and leaves every other line, the owner and the mode
 * as they are. Where there is no such file or no such key, it does nothing.
 * @param file as it stands in the shell, quoted as need be
 */
export function removeKeysCommand(file: string, publicLines: readonly string[]): string {
  const patterns = publicLines.map((line) => `-e '${base64Of(line)}'`).join(' ');
  if (patterns === '') return ':';
  return `
if grep -qsF ${patterns} ${file}; then
  if rest=$(grep -vF ${patterns} ${file}); then printf '%s\\n' "$rest" > ${file}; else : > ${file}; fi
fi`.trim();
}

/** A word for a shell that is taken as it is. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
