// Installs the requirements of a command of this project. Plain Node, since it runs before `npm ci`; may be repeated,
// and is quick when everything is there.
import './nodeVersion.mjs';
import { ensureNodePackages } from './nodePackages.mjs';
import { ensureTools } from './systemTools.mjs';
import { runTypeScript } from './typescript.mjs';
import { ensureVSCode } from './vscodeDist.mjs';

export { findCommand, MachineError, npm, run } from './command.mjs';
export {
  emulatorTools,
  shellTools,
  ensureTools,
  findBrowser,
  missingTools,
  packagesOf,
} from './systemTools.mjs';
export { ensureVSCode, vscodeDist } from './vscodeDist.mjs';

const log = (message) => console.log(message);

/**
 * Installs the npm packages of the project, and the tools and VS Codes that are named.
 * @param {{ tools?: string[], vscodes?: ('newest' | 'floor')[] }} [needs]
 */
export async function prepareMachine({ tools = [], vscodes = [] } = {}) {
  await ensureNodePackages(log);
  await ensureTools(tools, log);
  for (const name of vscodes) await ensureVSCode(name, log);
}

/**
 * Prepares the machine and then runs the rest of a command, which is in TypeScript.
 * @param {string} module the TypeScript file, beside this one; its `main(args)` gives the exit code
 * @param {{ tools?: string[], vscodes?: ('newest' | 'floor')[] }} [needs]
 */
export async function runCommand(module, needs) {
  try {
    await prepareMachine(needs);
    process.exitCode = await runTypeScript(new URL(module, import.meta.url), process.argv.slice(2));
  } catch (error) {
    // By its name: TypeScript may have loaded a class of its own from the same file.
    console.error(error?.name === 'MachineError' ? error.message : error);
    process.exitCode = 1;
  }
}
