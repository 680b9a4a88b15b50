// `npm run chaos`: terminals while one thing after the other goes wrong. Takes --faults N and --seed N.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { emulatorTools, prepareMachine, shellTools } from './machine.mjs';

const chaos = join(import.meta.dirname, '..', 'chaos');

await prepareMachine({ tools: [...emulatorTools, ...shellTools] });
const options = [
  '--import',
  pathToFileURL(join(chaos, 'useVSCodeStub.mjs')).href,
  '--import',
  new URL('loader.mjs', import.meta.url).href,
  join(chaos, 'chaos.ts'),
];
const child = spawn(process.execPath, [...options, ...process.argv.slice(2)], { stdio: 'inherit' });
child.once('exit', (code) => (process.exitCode = code ?? 1));
