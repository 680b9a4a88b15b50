/** Variables by which the surroundings would reach into a VS Code: another VS Code's, code-server's, a person's keys. */
const foreignVariables =
  /^(VSCODE_|ELECTRON_|CODE_SERVER_|CELESTO_|NODE_OPTIONS$|NODE_TEST_CONTEXT$|PORT$|PASSWORD$|HASHED_PASSWORD$)/;

/**
 * The environment of a VS Code that knows nothing of where it was started.
 * @param extra variables to add or, where they are undefined, to take away
 */
export function cleanEnvironment(extra: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !foreignVariables.test(name));
  return { ...Object.fromEntries(own), ...extra };
}
