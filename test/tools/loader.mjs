// Lets Node load TypeScript, and scripts for computers as their text, as esbuild bundles them:
// `node --import ./test/tools/loader.mjs --test FILE`.
import 'tsx';
import { readFileSync } from 'node:fs';
import Module from 'node:module';

const extensionsFile = new URL('../../src/scriptExtensions.json', import.meta.url);

// tsx makes CommonJS of the project, whose modules are loaded by the ending of their names.
for (const extension of JSON.parse(readFileSync(extensionsFile, 'utf8')))
  Module._extensions[extension] = (module, path) => (module.exports = readFileSync(path, 'utf8'));
