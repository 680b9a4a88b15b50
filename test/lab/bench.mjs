// `npm run bench`: what it costs, beside what people would use instead.
import { runCommand } from './machine.mjs';

await runCommand('../bench/main.ts', {
  tools: ['sshd', 'ssh', 'unshare', 'ip', 'browser', 'fonts'],
  vscodes: ['newest'],
});
