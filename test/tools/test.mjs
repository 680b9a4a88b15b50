// npm test: runs all tests, and first installs what they need.
import { runCommand } from './machine.mjs';

await runCommand('testRun.ts');
