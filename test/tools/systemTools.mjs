// Programs of the system that commands of this project need, and their installation by apt.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { findCommand, MachineError, run } from './command.mjs';

const projectFolder = join(import.meta.dirname, '..', '..');
const isLinux = process.platform === 'linux';
const hasCommand = (name) => findCommand(name) !== undefined;
/** For a tool that is a program of its own name. */
const isCommand = (name) => () => hasCommand(name);
/** For one that only the emulator of Linux uses. */
const isOnLinux = (name) => () => !isLinux || hasCommand(name);

/** Each tool: a check that it is installed, the Debian package that brings it, its use. */
const tools = {
  sshd: { isInstalled: isCommand('sshd'), package: 'openssh-server', use: 'the computers of the emulator' },
  ssh: {
    isInstalled: () => hasCommand('ssh') && hasCommand('ssh-keygen'),
    package: 'openssh-client',
    use: 'keys and comparisons',
  },
  ip: { isInstalled: isOnLinux('ip'), package: 'iproute2', use: 'network namespaces' },
  unshare: {
    isInstalled: isOnLinux('unshare'),
    package: 'util-linux',
    use: 'namespaces of the computers',
  },
  python3: { isInstalled: isCommand('python3'), package: 'python3', use: 'terminals of the emulator' },
  xvfb: { isInstalled: isOnLinux('Xvfb'), package: 'xvfb', use: 'screens of the computers' },
  x11vnc: { isInstalled: isOnLinux('x11vnc'), package: 'x11vnc', use: 'screens of the computers' },
  xterm: { isInstalled: isOnLinux('xterm'), package: 'xterm', use: 'screens of the computers' },
  tmux: { isInstalled: isCommand('tmux'), package: 'tmux', use: 'shells that outlive their connection' },
  screen: {
    isInstalled: isCommand('screen'),
    package: 'screen',
    use: 'shells that outlive their connection',
  },
  zsh: { isInstalled: isCommand('zsh'), package: 'zsh', use: 'shells of the computers' },
  fish: { isInstalled: isCommand('fish'), package: 'fish', use: 'shells of the computers' },
  perl: { isInstalled: isCommand('perl'), package: 'perl', use: 'scripts for computers' },
  shellcheck: { isInstalled: isCommand('shellcheck'), package: 'shellcheck', use: 'checks of shell scripts' },
  browser: {
    isInstalled: () => findBrowser() !== undefined,
    package: 'chromium',
    use: "VS Code's window",
  },
  fonts: {
    isInstalled: () => !isLinux || existsSync('/usr/share/fonts'),
    package: 'fonts-dejavu-core',
    use: 'text in that window',
  },
};

/** Tools of the emulator and its computers. */
export const emulatorTools = ['sshd', 'ssh', 'unshare', 'python3', 'xvfb', 'x11vnc', 'xterm'];

/** Shells and multiplexers that computers of users have. */
export const shellTools = ['tmux', 'screen', 'zsh', 'fish'];

const sshdNote =
  'With its package a machine that has systemd starts an SSH service of its own; `sudo systemctl disable --now ssh` turns that off.';

/**
 * The tools that are missing, for the user to read.
 * @param {string[]} names
 * @returns {string[]} for example "sshd (the computers of the emulator)"
 */
export function missingTools(names) {
  return names.filter((name) => !tools[name].isInstalled()).map((name) => `${name} (${tools[name].use})`);
}

/**
 * The Debian packages of tools.
 * @param {readonly string[]} names
 * @returns {string[]}
 */
export function packagesOf(names) {
  return names.map((name) => tools[name].package);
}

/**
 * Installs the tools that are missing. A user at the terminal is asked first.
 * @param {string[]} names
 * @param {(message: string) => void} log
 * @returns {Promise<void>} rejects with a MachineError that names what is missing and what to do
 */
export async function ensureTools(names, log) {
  const missing = names.filter((name) => !tools[name].isInstalled());
  if (missing.length === 0) return;
  const steps = installSteps(missing);
  log(`Missing: ${missingTools(missing).join(', ')}.`);
  if (missing.includes('sshd')) log(sshdNote);
  if (!(await confirmed(steps))) throw new MachineError(`Still missing. ${instruction(steps)}`);
  try {
    for (const step of steps) await runStep(step);
  } catch (error) {
    throw new MachineError(`${error.message}\n${instruction(steps)}`);
  }
  const still = missingTools(missing);
  if (still.length > 0) throw new MachineError(`Installed, yet still missing: ${still.join(', ')}.`);
}

/** A Chromium or Chrome of this machine. Not one from a snap: those have a /tmp of their own and cannot be driven. */
export function findBrowser() {
  const installed = [
    process.env.CHROMIUM,
    ...['chromium', 'google-chrome-stable', 'google-chrome'].map(findCommand),
  ];
  return installed.find((path) => path !== undefined && !path.startsWith('/snap/')) ?? playwrightBrowser();
}

function playwrightBrowser() {
  const path = createRequire(import.meta.url)('playwright-core').chromium.executablePath();
  return existsSync(path) ? path : undefined;
}

/** @returns {{ command: string[], mayFail?: boolean }[]} */
function installSteps(missing) {
  if (!hasCommand('apt-get')) {
    const list = missing.map((name) => `${name}, in Debian's package ${tools[name].package}`).join('; ');
    throw new MachineError(
      `Missing, and there is no apt-get to install it with: ${list}. Install it by hand, then run this again.`,
    );
  }
  const fetched = missing.includes('browser') && isUbuntu() ? ['browser'] : [];
  const packages = packagesOf(missing.filter((name) => !fetched.includes(name)));
  return [
    ...(packages.length > 0 ? aptSteps(packages) : []),
    ...fetched.map(() => ({ command: fetchBrowser() })),
  ];
}

const aptSteps = (packages) => [
  // Fails as soon as one of the user's repositories does; the next step may work all the same.
  { command: asRoot(['apt-get', 'update', '-q']), mayFail: true },
  {
    command: asRoot([
      ...['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-o', 'DPkg::Lock::Timeout=120'],
      ...['install', '-y', '--no-install-recommends', ...packages],
    ]),
  },
];

/** Ubuntu's own Chromium is a snap, so there Playwright fetches one. */
const fetchBrowser = () => [
  ...[process.execPath, join(projectFolder, 'node_modules', 'playwright-core', 'cli.js')],
  ...['install', '--with-deps', '--no-shell', 'chromium'],
];

const isUbuntu = () => /^ID=ubuntu$/m.test(readFileSync('/etc/os-release', 'utf8'));

function asRoot(command) {
  if (process.getuid() === 0) return command;
  return ['sudo', ...(isInteractive() ? [] : ['-n']), ...command];
}

const isInteractive = () => process.stdin.isTTY === true && !process.env.CI;

async function runStep({ command: [program, ...args], mayFail = false }) {
  try {
    await run(program, args);
  } catch (error) {
    if (!mayFail) throw error;
  }
}

const listed = (steps) => steps.map(({ command }) => `  ${command.join(' ')}`).join('\n');
const instruction = (steps) => `Install by hand, then run this again:\n${listed(steps)}`;

async function confirmed(steps) {
  if (!isInteractive()) return true;
  const questions = createInterface({ input: process.stdin, output: process.stdout });
  console.log(`These commands would install it:\n${listed(steps)}`);
  const answer = await questions.question('Run them now? [Y/n] ');
  questions.close();
  return /^(y|yes|)$/i.test(answer.trim());
}
