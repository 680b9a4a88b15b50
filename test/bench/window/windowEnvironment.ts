import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { parseEndpoint } from '../../../src/ssh/connection/endpoint';
import { type Emulator, startEmulator } from '../../emulator/emulator';
import { openBrowser } from '../../harness/browser';
import { CodeServer } from '../../harness/codeServer';
import { buildExtension } from '../../harness/extensionHostBuild';
import { signInWithEnvironment } from '../../harness/signIn';
import { testSettings } from '../../harness/vscodeSettings';
import { Window } from '../../harness/window';
import { findCommand } from '../../tools/machine.mjs';
import { projectFolder } from '../../tools/paths';
import { SlowLink } from '../slowLink';
import { BenchWindow } from './benchWindow';
import { keybindings, type Location, locations, terminalKinds } from './terminalKinds';

const extensionFiles = ['package.json', 'package.nls.json', 'dist/extension.js', 'media'];

/**
 * An emulator with two computers, one of them behind a slow link, and a VS Code that reaches them by the extension and by
 * `ssh` in VS Code's own terminal. It needs a network namespace of its own.
 */
export class WindowEnvironment {
  private constructor(
    private readonly folder: string,
    readonly emulator: Emulator,
    private readonly link: SlowLink,
    private readonly server: CodeServer,
    private readonly browser: Browser,
  ) {}

  static async start(): Promise<WindowEnvironment> {
    const folder = mkdtempSync(join(tmpdir(), 'celesto-bench-'));
    buildExtension();
    const link = await SlowLink.start(0);
    const emulator = await startEmulator({
      dir: join(folder, 'emulator'),
      // The computers are reached by two addresses of the namespace.
      listenAddress: '0.0.0.0',
      advertiseAddress: '127.0.0.1',
      seed: locations.map((name) => ({ name })),
    });
    await emulator.control.setSsh({
      id: 'far',
      ssh: (await endpoint(emulator, 'far')).replace('127.0.0.1', SlowLink.clientTarget),
    });
    const vscode = join(folder, 'vscode');
    installExtension(join(vscode, 'extensions'));
    const profiles = await sshProfiles(folder, emulator);
    mkdirSync(join(vscode, 'data', 'User'), { recursive: true });
    writeFileSync(join(vscode, 'data', 'User', 'keybindings.json'), JSON.stringify(keybindings));
    const server = await CodeServer.start({
      vscode: 'newest',
      dir: vscode,
      settings: {
        ...testSettings,
        'terminal.integrated.profiles.linux': profiles,
        // Measures the echo of the computer, not VS Code's prediction of it.
        'terminal.integrated.enablePersistentSessions': false,
        'terminal.integrated.localEchoEnabled': 'off',
        'terminal.integrated.commandsToSkipShell': keybindings.map(({ command }) => command),
      },
      env: {
        CELESTO_BASE_URL: emulator.url.replace('0.0.0.0', '127.0.0.1'),
        CELESTO_API_KEY: emulator.apiKey,
        SSH_AUTH_SOCK: undefined,
      },
    });
    return new WindowEnvironment(folder, emulator, link, server, await openBrowser());
  }

  /** Opens the window and waits until the extension has its list. */
  async openWindow(): Promise<BenchWindow> {
    const folder = join(this.folder, 'empty');
    mkdirSync(folder);
    const window = await Window.open(this.browser, this.server.url, folder);
    // The view stays open when the window is reloaded.
    await window.openContainer('Celesto');
    await signInWithEnvironment(window);
    const benchWindow = new BenchWindow(window);
    await benchWindow.waitUntilReady();
    return benchWindow;
  }

  /** Sets the round trip, in milliseconds, to the far computer and of each call of the service. */
  async setRoundTrip(roundTrip: number): Promise<void> {
    await this.link.setRoundTrip(roundTrip);
    await this.emulator.control.clearFaults();
    if (roundTrip > 0)
      await this.emulator.control.addFault({ path: '^/v1/', delay: roundTrip, times: 'always' });
  }

  /** Turns tmux and shell integration of the extension's shells on or off; both are on by default. */
  configureShells(persistence: boolean, shellIntegration: boolean): void {
    const folder = join(this.folder, 'vscode', 'data', 'Machine');
    mkdirSync(folder, { recursive: true });
    const settings = {
      'celesto.terminal.persistence': persistence ? 'auto' : 'off',
      'celesto.terminal.shellIntegration': shellIntegration,
    };
    writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings));
  }

  /** Ends all SSH connections to a computer. */
  async cutConnections(location: Location): Promise<void> {
    await this.emulator.control.killSshd({ id: location, listener: false });
  }

  /** Writes a file into the home folder of the near computer. */
  async putFile(name: string, content: string | Buffer): Promise<void> {
    writeFileSync(join(await this.emulator.control.home({ id: 'near' }), name), content);
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.server.stop();
    await this.emulator.stop();
    this.link.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Copies the files of the packaged extension, so that another build does not change them meanwhile. */
function installExtension(extensions: string): void {
  const folder = join(extensions, 'celesto.celesto-computers-0.1.0');
  for (const file of extensionFiles)
    cpSync(join(projectFolder, file), join(folder, file), { recursive: true });
}

/** Creates terminal profiles that run `ssh` to each computer, and authorizes their key. */
async function sshProfiles(folder: string, emulator: Emulator): Promise<Record<string, unknown>> {
  const key = join(folder, 'key');
  spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  const profiles: Record<string, unknown> = {};
  for (const location of locations) {
    authorize(await emulator.control.home({ id: location }), `${key}.pub`);
    const { user, host, port } = parseEndpoint(await endpoint(emulator, location));
    const options = [
      'StrictHostKeyChecking=accept-new',
      `UserKnownHostsFile=${join(folder, 'known_hosts')}`,
      'IdentitiesOnly=yes',
    ];
    profiles[terminalKinds.native.name(location)] = {
      path: findCommand('ssh'),
      args: [
        '-F',
        'none',
        '-i',
        key,
        '-p',
        String(port),
        ...options.flatMap((option) => ['-o', option]),
        `${user}@${host}`,
      ],
    };
  }
  return profiles;
}

function authorize(home: string, publicKey: string): void {
  const { uid, gid } = statSync(home);
  const keys = join(home, '.ssh', 'authorized_keys');
  writeFileSync(keys, readFileSync(publicKey));
  chmodSync(keys, 0o600);
  chownSync(keys, uid, gid);
}

async function endpoint({ url, apiKey }: Emulator, name: string): Promise<string> {
  const response = await fetch(`${url}/v1/computers/${name}`, {
    headers: { authorization: `Bearer ${apiKey}` },
  });
  const { connection } = (await response.json()) as { connection: { ssh: string } };
  return connection.ssh;
}
