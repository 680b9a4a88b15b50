/** Variables that would affect a VS Code under test: another VS Code's, code-server's, the user's keys. */
const foreignVariables =
  /^(VSCODE_|ELECTRON_|CODE_SERVER_|CELESTO_|NODE_OPTIONS$|NODE_TEST_CONTEXT$|PORT$|PASSWORD$|HASHED_PASSWORD$)/;

/**
 * Creates the environment of a VS Code, without variables of the process that starts it.
 * @param extra variables to add or, if undefined, to remove
 */
export function cleanEnvironment(extra: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !foreignVariables.test(name));
  return { ...Object.fromEntries(own), ...extra };
}
