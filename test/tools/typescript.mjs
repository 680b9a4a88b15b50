/**
 * Loads a module in TypeScript and runs its `main`. The npm packages have to be there.
 * @param {URL} module
 * @param {string[]} args
 * @returns {Promise<number>} the exit code
 */
export async function runTypeScript(module, args) {
  await import('./loader.mjs');
  // tsx makes it CommonJS, whose exports some Nodes show one by one and others as the default one.
  const loaded = await import(module);
  return (loaded.main ?? loaded.default.main)(args);
}
