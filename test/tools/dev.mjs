// npm run dev: the background task behind F5 (.vscode/tasks.json).
import { emulatorTools, runCommand } from './machine.mjs';

await runCommand('dev.ts', { tools: emulatorTools });
