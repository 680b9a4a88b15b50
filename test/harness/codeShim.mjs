#!/usr/bin/env node
// Replaces the executable of desktop VS Code: @vscode/test-electron starts it with VS Code's arguments, and it runs the
// tests in code-server and a browser.
import { runTypeScript } from '../tools/typescript.mjs';

process.exit(await runTypeScript(new URL('codeShim.ts', import.meta.url), process.argv.slice(2)));
