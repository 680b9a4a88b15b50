// `npm run bench`: what it costs, beside what people would use instead.
import { emulatorTools, runCommand } from './machine.mjs';

await runCommand('../bench/main.ts', {
  tools: [...emulatorTools, 'ip', 'browser', 'fonts'],
  vscodes: ['newest'],
});
