// Loaded before all else: what asks for VS Code gets the stand-in.
import Module from 'node:module';
import { join } from 'node:path';

const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  const wanted = request === 'vscode' ? join(import.meta.dirname, 'vscodeStandIn.ts') : request;
  return resolve.call(this, wanted, ...rest);
};
