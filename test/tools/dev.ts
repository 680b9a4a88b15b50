import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Emulator } from '../emulator/emulator';
import { acquireLock } from './lockFile';
import { projectFolder } from './paths';
import { signInEnvironment, startTrialService } from './trialService';

/** Kept between runs: the computers with their files. Git does not see it. */
const home = join(projectFolder, '.celesto', 'dev');

/** Read by .vscode/launch.json (`envFile`) when the window opens. */
const envFile = join(home, 'vscode.env');

/** Not that of `npm start`, so that both can run. */
const preferredPort = 8422;

/**
 * Runs the emulator and the build in watch mode, for an extension host that VS Code starts on F5.
 * The build begins last: its first end means that all is ready, and is what .vscode/tasks.json waits for.
 * @returns the exit code
 */
export async function main(): Promise<number> {
  const end = endRequest();
  mkdirSync(home, { recursive: true });
  const release = acquireLock(join(home, 'running.pid'));
  try {
    const emulator = await startTrialService(join(home, 'emulator'), preferredPort);
    try {
      return await serve(emulator, end);
    } finally {
      rmSync(envFile, { force: true });
      await emulator.stop();
    }
  } finally {
    release();
  }
}

async function serve(emulator: Emulator, end: Promise<number>): Promise<number> {
  writeEnvFile(emulator);
  console.log(
    `The emulator answers at ${emulator.url}. In VS Code, sign in with the key in CELESTO_API_KEY.`,
  );
  const build = startBuild();
  const buildEnd = once(build, 'exit').then(([code]) => (code as number | null) ?? 1);
  try {
    return await Promise.race([end, buildEnd]);
  } finally {
    build.kill();
    await buildEnd;
  }
}

/** Readable by this user alone: the key lets its holder run commands on the emulator's computers. */
function writeEnvFile(emulator: Emulator): void {
  const lines = Object.entries(signInEnvironment(emulator)).map(([name, value]) => `${name}=${value}\n`);
  rmSync(envFile, { force: true });
  writeFileSync(envFile, lines.join(''), { mode: 0o600 });
}

function startBuild(): ChildProcess {
  return spawn(process.execPath, [join(projectFolder, 'esbuild.mjs'), '--watch'], {
    cwd: projectFolder,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

/** Resolves with the exit code 0 when the user or VS Code ends the task. */
function endRequest(): Promise<number> {
  // The task's terminal may be gone by then; output to it is lost.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(0));
  });
}
