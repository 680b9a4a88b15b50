import { t } from '@vscode/l10n';

/** A text as one word of a POSIX shell. */
export function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * A command line that runs a POSIX script whatever shell reads it: sshd hands commands to the user's login shell, which
 * may be fish or csh. These agree on single quotes only as long as nothing special is between them.
 * @param texts what `$1` and so on are in the script, each to be read with `decodedArgument`
 */
export function wrapForAnyShell(script: string, ...texts: readonly string[]): string {
  const words = [script, ...texts].map((text) => `'${encoded(text)}'`);
  return `exec /bin/sh -c 'eval "$(printf %b "$0")"' ${words.join(' ')}`;
}

/** What a script given to `wrapForAnyShell` reads one of its texts with. */
export function decodedArgument(number: number): string {
  return `"$(printf %b "$${number}")"`;
}

/** Characters that a shell may take for something else, as printf's %b reads them. */
function encoded(text: string): string {
  return text.replace(/[^\w ./,:;=+@%"$(){}[\]|&<>?*#~^-]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `\\0${byte.toString(8).padStart(3, '0')}`).join(''),
  );
}

/** A script without its comments, indentation and empty lines: it travels with every terminal. */
export function compact(script: string): string {
  return script
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('# '))
    .join('\n');
}

/** The name of a kept shell, once it is seen to be one: it stands unquoted in commands. */
export function assertShellName(name: string): string {
  if (!/^[\w-]+$/.test(name)) throw new Error(t('This cannot be the name of a shell: {0}', name));
  return name;
}
