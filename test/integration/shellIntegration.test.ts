import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { until } from '../harness/until';
import { serviceControl } from './service';
import { closeAll, open, shows } from './support/terminals';

describe('shell integration, as other extensions use it', () => {
  const control = serviceControl();

  afterEach(closeAll);

  /** Puts a computer there whose user logs in to a shell of this kind. */
  async function seed(name: string, shell: string): Promise<string> {
    const { id } = await control.seed({ name });
    const passwd = join(dirname(await control.home({ id })), 'upper', 'etc', 'passwd');
    writeFileSync(passwd, readFileSync(passwd, 'utf8').replace(/^(ohm:.*:).*$/m, `$1/usr/bin/${shell}`));
    return id;
  }

  function integrationOf(terminal: vscode.Terminal): Promise<vscode.TerminalShellIntegration> {
    return until('shell integration', () => terminal.shellIntegration);
  }

  /** Runs a command as another extension does. @returns what it is told of that */
  async function run(terminal: vscode.Terminal, command: string) {
    const integration = await integrationOf(terminal);
    const ends: vscode.TerminalShellExecutionEndEvent[] = [];
    const listening = vscode.window.onDidEndTerminalShellExecution((end) => ends.push(end));
    try {
      const execution = integration.executeCommand(command);
      let output = '';
      for await (const text of execution.read()) output += text;
      const end = await until('its end', () => ends.find((one) => one.execution === execution));
      const { value, confidence } = end.execution.commandLine;
      return { output, exitCode: end.exitCode, command: value, confidence };
    } finally {
      listening.dispose();
    }
  }

  for (const shell of ['bash', 'zsh', 'fish'])
    it(`runs commands in ${shell}, and tells their output, exit code and directory, after a lost connection too`, async () => {
      const id = await seed(`computer-${shell}`, shell);
      const terminal = await open(`computer-${shell}`);
      await integrationOf(terminal);
      for (const connection of ['first', 'second']) {
        const told = await run(terminal, `sh -c 'echo ${connection} run; exit 3'`);
        assert.match(told.output, new RegExp(`${connection} run\\r\\n`));
        assert.deepEqual(
          { exitCode: told.exitCode, command: told.command, confidence: told.confidence },
          {
            exitCode: 3,
            command: `sh -c 'echo ${connection} run; exit 3'`,
            confidence: vscode.TerminalShellExecutionCommandLineConfidence.High,
          },
        );
        const place = connection === 'first' ? '/usr' : '/tmp';
        await run(terminal, `cd ${place}`);
        await until('its directory', () => terminal.shellIntegration?.cwd?.path === place);
        if (connection === 'second') break;
        await control.killSshd({ id, listener: false });
        await shows(terminal, /The connection to \S+ was lost: [^]+Connected again\./);
      }
    });
});
