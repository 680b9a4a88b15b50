// npm test: runs the tests, and first installs their requirements.
import { runCommand } from './machine.mjs';

await runCommand('testRun.ts');
