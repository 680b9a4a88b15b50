import { t } from '@vscode/l10n';

/** Quotes a text as one argument of a POSIX shell. */
export function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * Makes a command line that runs a POSIX script in any shell: sshd passes commands to the user's login shell, which may be
 * fish or csh. Those agree on single quotes only as long as nothing special is between them.
 * @param args the script's `$1` and so on, each to be read with {@link decodedArgument}
 */
export function wrapForAnyShell(script: string, ...args: readonly string[]): string {
  const encoded = [script, ...args].map((text) => `'${encode(text)}'`);
  return `exec /bin/sh -c 'eval "$(printf %b "$0")"' ${encoded.join(' ')}`;
}

/** Reads an argument in a script that {@link wrapForAnyShell} has wrapped. */
export function decodedArgument(number: number): string {
  return `"$(printf %b "$${number}")"`;
}

/** Encodes characters with a meaning in some shell as octal escapes for printf's %b. */
function encode(text: string): string {
  return text.replace(/[^\w ./,:;=+@%"$(){}[\]|&<>?*#~^-]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `\\0${byte.toString(8).padStart(3, '0')}`).join(''),
  );
}

/** Returns the name of a persistent shell, which stands unquoted in commands. @throws Error where it is none */
export function assertShellName(name: string): string {
  if (!/^[\w-]+$/.test(name)) throw new Error(t('Invalid name of a shell: {0}', name));
  return name;
}
