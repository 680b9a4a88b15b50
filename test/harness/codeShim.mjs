#!/usr/bin/env node
// Stands in for the executable of desktop VS Code where there is none: @vscode/test-electron starts it with VS Code's own
// arguments, and the tests run in code-server and a browser.
import { runTypeScript } from '../tools/typescript.mjs';

process.exit(await runTypeScript(new URL('codeShim.ts', import.meta.url), process.argv.slice(2)));
