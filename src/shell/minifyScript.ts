import { fillScript } from '../base/fillScript';

/**
 * Fills in a script and shortens it, since it is sent with every terminal: comments, indentation and empty lines go.
 * @param values by the names between at signs
 */
export function minifyScript(script: string, values: Readonly<Record<string, string>> = {}): string {
  return fillScript(script, values)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('# '))
    .join('\n');
}
