// npm start: the product to try, with a service on this machine. `npm start -- --help` tells its options.
import { runCommand } from './machine.mjs';

await runCommand('start.ts');
