import { fillScript } from '../../base/fillScript';
import removeKeysScript from './removeKeys.sh';

/** Extracts the base64 field of a public key line, `type base64 [comment]`. */
export function base64Of(publicLine: string): string {
  return publicLine.split(' ')[1] ?? '';
}

/** Options for `grep -F` that match every line with one of these keys, whatever options and comment it has. */
export function grepPatterns(publicLines: readonly string[]): string {
  return publicLines.map((line) => `-e '${base64Of(line)}'`).join(' ');
}

/**
 * Builds a shell command that removes keys from an `authorized_keys` file and keeps its other lines, owner and mode. It
 * does nothing where the file or the keys are missing.
 * @param file a shell word, already quoted
 */
export function removeKeysCommand(file: string, publicLines: readonly string[]): string {
  if (publicLines.length === 0) return ':';
  return fillScript(removeKeysScript, { file, keyPatterns: grepPatterns(publicLines) });
}

/** Quotes a shell word always, also a plain one: commands sent to computers stay as installed versions send them. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
