// Part of `npm run check`: scripts, each by a checker of its language.
import { runCommand } from './machine.mjs';

await runCommand('checkScripts.ts');
