import * as vscode from 'vscode';

/** Reads the settings of this extension whenever they are used. A test holds keys and defaults together with package.json. */
export const settings = {
  /** The value that the user has set, if any: CELESTO_BASE_URL comes before the default. */
  baseUrl: (): string | undefined => {
    const inspected = section().inspect<string>('baseUrl');
    return inspected?.globalValue;
  },
  /** Milliseconds. */
  startTimeout: (): number => section().get<number>('startTimeout', 120) * 1000,
  openAfterCreate: (): string => section().get<string>('openAfterCreate', 'ask'),
  /** Id of the size of new computers; empty for none. */
  defaultSize: (): string => section().get<string>('defaultSize', ''),
  transport: (): 'auto' | 'ssh' | 'tunnel' | 'gateway' => section().get('terminal.transport', 'auto'),
  persistence: (): 'auto' | 'tmux' | 'off' => section().get('terminal.persistence', 'auto'),
  shellIntegration: (): boolean => section().get('terminal.shellIntegration', true),
  /** The working directory of new shells; empty for the home folder. */
  cwd: (): string => section().get<string>('terminal.cwd', ''),
  /** The id or name of the computer of the workspace, or of the folder of the active editor; empty for none. */
  defaultComputer: (scope = vscode.window.activeTextEditor?.document.uri): string =>
    section(scope).get<string>('defaultComputer', ''),
  /** Settings for computers that nobody uses. */
  idle: {
    stop: (): 'never' | 'ask' | 'always' => section().get('idle.stop', 'never'),
    timeoutMs: (): number => section().get<number>('idle.minutes', 30) * 60_000,
    stopOnClose: (): boolean => section().get('idle.stopOnClose', false),
  },
  identityFile: (): string => section().get<string>('ssh.identityFile', ''),
};

function section(scope?: vscode.Uri): vscode.WorkspaceConfiguration {
  return vscode.workspace.getConfiguration('celesto', scope);
}
