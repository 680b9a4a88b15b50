// `npm run bench`: what it costs, beside what people would use instead.
import { EMULATOR_TOOLS, runCommand } from './machine.mjs';

await runCommand('../bench/main.ts', {
  tools: [...EMULATOR_TOOLS, 'ip', 'browser', 'fonts'],
  vscodes: ['newest'],
});
