/**
 * Makes a script ready to be sent to a computer: replaces each `@name@` with its value, and drops comment lines and the
 * final line end.
 * @throws Error where the script names a value that is not given
 */
export function fillScript(script: string, values: Readonly<Record<string, string>> = {}): string {
  const code = script.replace(/^ *# .*\n/gm, '').replace(/\n$/, '');
  return code.replace(/@([a-zA-Z]+)@/g, (_placeholder, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`no value for @${name}@`);
    return value;
  });
}
