import * as vscode from 'vscode';

/** The settings of this extension, read when asked. Every key is declared in package.json. */
export const settings = {
  /** Only what a person set; the default is decided elsewhere, after the environment was asked. */
  baseUrl: (): string | undefined => {
    const inspected = section().inspect<string>('baseUrl');
    return inspected?.globalValue;
  },
  /** Milliseconds. */
  startTimeout: (): number => section().get<number>('startTimeout', 120) * 1000,
  openAfterCreate: (): string => section().get<string>('openAfterCreate', 'ask'),
  transport: (): 'auto' | 'ssh' | 'tunnel' | 'gateway' => section().get('terminal.transport', 'auto'),
  persistence: (): 'auto' | 'tmux' | 'off' => section().get('terminal.persistence', 'auto'),
  shellIntegration: (): boolean => section().get('terminal.shellIntegration', true),
  /** Where shells begin; empty for the home folder. */
  cwd: (): string => section().get<string>('terminal.cwd', ''),
  /** The id or the name of the computer of this workspace, or of the folder in it that is worked in; empty for none. */
  defaultComputer: (place = vscode.window.activeTextEditor?.document.uri): string =>
    section(place).get<string>('defaultComputer', ''),
  /** For computers that nobody uses. Times in milliseconds. */
  idle: {
    stop: (): 'never' | 'ask' | 'always' => section().get('idle.stop', 'never'),
    timeoutMs: (): number => section().get<number>('idle.minutes', 30) * 60_000,
    stopOnClose: (): boolean => section().get('idle.stopOnClose', false),
  },
  identityFile: (): string => section().get<string>('ssh.identityFile', ''),
};

function section(place?: vscode.Uri): vscode.WorkspaceConfiguration {
  return vscode.workspace.getConfiguration('celesto', place);
}
