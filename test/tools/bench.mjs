// `npm run bench`: times and sizes of the extension, beside those of its alternatives.
import { emulatorTools, runCommand } from './machine.mjs';

await runCommand('../bench/main.ts', {
  tools: [...emulatorTools, 'ip', 'browser', 'fonts'],
  vscodes: ['newest'],
});
