// npm start: the product to try, with the service on this machine. `npm start -- --help` prints its options.
import { runCommand } from './machine.mjs';

await runCommand('start.ts');
