import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { until } from '../harness/until';
import { serviceControl } from './service';
import { signIn } from './support/signIn';
import { closeAll, open, shows } from './support/terminals';

describe('shell integration for other extensions', () => {
  const control = serviceControl();

  before(() => signIn());
  afterEach(closeAll);

  /** Adds a computer whose user has this login shell. */
  async function seed(name: string, shell: string): Promise<string> {
    const { id } = await control.seed({ name });
    const passwd = join(dirname(await control.home({ id })), 'upper', 'etc', 'passwd');
    writeFileSync(passwd, readFileSync(passwd, 'utf8').replace(/^(ohm:.*:).*$/m, `$1/usr/bin/${shell}`));
    return id;
  }

  function integrationOf(terminal: vscode.Terminal): Promise<vscode.TerminalShellIntegration> {
    return until('shell integration', () => terminal.shellIntegration);
  }

  /** Runs a command as another extension does. @returns its output and its execution's facts */
  async function run(terminal: vscode.Terminal, command: string) {
    const integration = await integrationOf(terminal);
    const ends: vscode.TerminalShellExecutionEndEvent[] = [];
    const listening = vscode.window.onDidEndTerminalShellExecution((end) => ends.push(end));
    try {
      const execution = integration.executeCommand(command);
      let output = '';
      for await (const text of execution.read()) output += text;
      const end = await until('its end', () => ends.find((event) => event.execution === execution));
      const { value, confidence } = end.execution.commandLine;
      return { output, exitCode: end.exitCode, command: value, confidence };
    } finally {
      listening.dispose();
    }
  }

  for (const shell of ['bash', 'zsh', 'fish'])
    it(`runs commands in ${shell}, with output, exit code and directory, also after a reconnect`, async () => {
      const id = await seed(`computer-${shell}`, shell);
      const terminal = await open(`computer-${shell}`);
      await integrationOf(terminal);
      for (const connection of ['first', 'second']) {
        const result = await run(terminal, `sh -c 'echo ${connection} run; exit 3'`);
        assert.match(result.output, new RegExp(`${connection} run\\r\\n`));
        assert.deepEqual(
          { exitCode: result.exitCode, command: result.command, confidence: result.confidence },
          {
            exitCode: 3,
            command: `sh -c 'echo ${connection} run; exit 3'`,
            confidence: vscode.TerminalShellExecutionCommandLineConfidence.High,
          },
        );
        const directory = connection === 'first' ? '/usr' : '/tmp';
        await run(terminal, `cd ${directory}`);
        await until('its directory', () => terminal.shellIntegration?.cwd?.path === directory);
        if (connection === 'second') break;
        await control.killSshd({ id, listener: false });
        await shows(terminal, /The connection to \S+ was lost: [^]+Reconnected\./);
      }
    });
});
