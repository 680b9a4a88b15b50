// `npm run emulator`: the Celesto service on this machine. `npm run emulator -- --help` prints its options.
import { emulatorTools, runCommand } from './machine.mjs';

await runCommand('../emulator/main.ts', { tools: emulatorTools });
