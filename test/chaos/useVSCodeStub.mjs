// Preloaded by --import: resolves 'vscode' to the stub.
import Module from 'node:module';
import { join } from 'node:path';

const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...args) {
  const target = request === 'vscode' ? join(import.meta.dirname, 'vscodeStub.ts') : request;
  return resolve.call(this, target, ...args);
};
