/**
 * Puts values into a script for a computer, each wherever `@name@` stands in it; the final line end goes.
 * @throws Error where the script names a value that is not given
 */
export function fillScript(script: string, values: Readonly<Record<string, string>> = {}): string {
  const filled = script.replace(/@([a-zA-Z]+)@/g, (_placeholder, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`no value for @${name}@`);
    return value;
  });
  return filled.replace(/\n$/, '');
}
