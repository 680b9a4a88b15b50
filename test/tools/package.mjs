// npm run package: makes the extension's .vsix.
import { runCommand } from './machine.mjs';

await runCommand('packageExtension.ts');
