import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Computer } from '../../src/computers/computer';
import { until } from '../harness/until';
import { Installation } from './support/installation';
import { Service } from './support/service';
import { changeShell, Terminal, type TerminalOptions } from './support/terminal';

const nonce = 'f00d-1234';

/** Lists the marks that VS Code reads: the letter of each, and its values unescaped as VS Code does. */
function marks(written: string): string[] {
  // eslint-disable-next-line no-control-regex -- they are in the sequences
  return [...written.matchAll(/\x1b\]633;([^\x07]*)\x07/g)].map(([, text = '']) =>
    text.replace(/\\(\\|x([0-9a-f]{2}))/g, (_, all: string, hex?: string) =>
      hex === undefined ? all : String.fromCharCode(parseInt(hex, 16)),
    ),
  );
}

describe('shell integration', () => {
  const service = new Service('einstein');
  let einstein: Computer;
  let installation: Installation;

  before(async () => {
    einstein = await service.computer('einstein');
    installation = new Installation(service);
  });

  async function open(shell: string, options: TerminalOptions = {}): Promise<Terminal> {
    changeShell(service, 'einstein', shell);
    installation.pool.dispose();
    return new Terminal(installation, { nonce, size: { rows: 24, columns: 200 }, ...options }).open(einstein);
  }

  /** Waits until a shell asks for its `count`th command. */
  async function asked(shell: Terminal, count: number): Promise<void> {
    await until(
      () => `prompt ${count} in ${JSON.stringify(shell.written.slice(-300))}`,
      () => {
        return marks(shell.written).filter((mark) => mark === 'B').length >= count;
      },
    );
  }

  for (const kind of ['bash', 'zsh', 'fish'] as const)
    for (const persistence of ['off', 'tmux'] as const)
      it(`marks prompts and commands of ${kind}${persistence === 'tmux' ? ' kept by tmux' : ''}`, async () => {
        const shell = await open(kind, { persistence, name: `${kind}-marks` });
        await asked(shell, 1);
        shell.type('cd /usr; false\r');
        await asked(shell, 2);
        shell.type('sleep 30\r');
        await until('it to run', () => marks(shell.written).filter((mark) => mark === 'C').length === 2);
        await until('sleep', async () =>
          (await service.run('einstein', 'ps -A -o args=')).includes('sleep 30'),
        );
        shell.type('\u0003');
        await asked(shell, 3);
        shell.type(`echo 'a;b\\q é'\r`);
        await asked(shell, 4);
        shell.type('echo half\u0003');
        const cancelled = kind === 'fish' ? 4 : 5;
        await asked(shell, cancelled);
        await shell.exit();
        const reported = marks(shell.written);
        assert.deepEqual(reported.slice(0, 2), ['P;IsWindows=False', 'P;HasRichCommandDetection=True']);
        const ours = reported.slice(2).filter((mark) => !/^[AB]$/.test(mark) && !mark.startsWith('P;'));
        assert.deepEqual(ours.filter((mark) => mark !== 'D').slice(0, 9), [
          `E;cd /usr; false;${nonce}`,
          ...['C', 'D;1'],
          `E;sleep 30;${nonce}`,
          ...['C', 'D;130'],
          `E;echo 'a;b\\q é';${nonce}`,
          ...['C', 'D;0'],
        ]);
        const places = reported.filter((mark) => mark.startsWith('P;Cwd='));
        assert.equal(places[0], 'P;Cwd=/home/ohm');
        assert.equal(places.at(-1), 'P;Cwd=/usr');
        // The marks stand where the text is that they mark.
        // eslint-disable-next-line no-control-regex -- they are in the sequences
        assert.match(shell.written, /\x1b\]633;C\x07[^\n]*a;b\\q é\r\n(?:[^\n]*\r)?[^\n]*\x1b\]633;D;0\x07/);
      });

  it('tells commands of several lines whole', async () => {
    for (const kind of ['bash', 'zsh', 'fish']) {
      const shell = await open(kind);
      await asked(shell, 1);
      const [begin, end] = kind === 'fish' ? ['for i in 1 2', 'end'] : ['for i in 1 2; do', 'done'];
      for (const text of [begin, 'echo $i', end]) shell.type(`${text}\r`);
      await asked(shell, 2);
      const reported = marks(shell.written).find((mark) => mark.startsWith('E;')) ?? '';
      assert.match(
        reported,
        new RegExp(`^E;for i in 1 2;?\\s+(do\\s+)?echo \\$i[;\\s]+${end};${nonce}$`),
        kind,
      );
      await shell.exit();
    }
  });

  it("leaves the user's own prompt, PROMPT_COMMAND, PS0, DEBUG trap and history of bash as they are", async () => {
    await service.run(
      'einstein',
      `cp ~/.bashrc ~/bashrc; cat >> ~/.bashrc <<'X'
PROMPT_COMMAND='PS1="<$?> "'
PS0='[ps0]'
HISTCONTROL=ignorespace
trap 'debugged=yes' DEBUG
X`,
    );
    const shell = await open('bash');
    await asked(shell, 1);
    shell.type('false\r');
    await asked(shell, 2);
    shell.type(' echo secret; echo "$debugged $HISTCONTROL"\r');
    await asked(shell, 3);
    shell.type('history | tail -2; trap -p DEBUG\r');
    await asked(shell, 4);
    await shell.exit();
    await service.run('einstein', 'mv ~/bashrc ~/.bashrc');
    // eslint-disable-next-line no-control-regex -- they are in the sequences
    assert.match(shell.written, /\x1b\]633;A\x07<1> \x1b\]633;B\x07/);
    assert.match(shell.all, /\[ps0\]secret\r\nyes ignorespace/);
    assert.match(shell.all, /trap -- 'debugged=yes' DEBUG/);
    const commands = marks(shell.written).filter((mark) => mark.startsWith('E;'));
    assert.deepEqual(
      commands.map((mark) => mark.split(';')[1]),
      ['false', 'history | tail -2', 'exit 0'],
    );
  });

  it('keeps an array of prompt commands an array, and what they see of the last status', async () => {
    await service.run(
      'einstein',
      `cp ~/.bashrc ~/bashrc; echo 'PROMPT_COMMAND=("first=\\$?" "second=\\$?")' >> ~/.bashrc`,
    );
    const shell = await open('bash');
    await asked(shell, 1);
    shell.type('(exit 4)\r');
    await asked(shell, 2);
    assert.match(await shell.run('echo $first $second; declare -p PROMPT_COMMAND'), /^4 4\ndeclare -a /);
    await shell.exit();
    await service.run('einstein', 'mv ~/bashrc ~/.bashrc');
  });

  it("leaves the user's own prompt, hooks and ZDOTDIR of zsh as they are", async () => {
    await service.run(
      'einstein',
      `mkdir ~/zsh; echo 'ZDOTDIR=~/zsh' > ~/.zshenv; cat > ~/zsh/.zshrc <<'X'
seen=()
mine() { PS1="<$?> "; }
precmd_functions+=(mine)
preexec() { seen+=("$1"); }
X`,
    );
    const shell = await open('zsh');
    await asked(shell, 1);
    shell.type('false\r');
    await asked(shell, 2);
    assert.equal(await shell.run('echo $ZDOTDIR, $seen[1]'), '/home/ohm/zsh, false');
    await shell.exit();
    await service.run('einstein', 'rm -r ~/zsh ~/.zshenv');
    // eslint-disable-next-line no-control-regex -- they are in the sequences
    assert.match(shell.written, /\x1b\]633;A\x07<0> \x1b\]633;B\x07/);

    assert.match(shell.all, /<1> /);
  });

  it('says again where the prompt is, and the directory, to who comes back; not while a command runs', async () => {
    for (const kind of ['bash', 'zsh', 'fish']) {
      const shell = await open(kind, { persistence: 'tmux', name: `${kind}-again` });
      await asked(shell, 1);
      shell.type('mkdir "/tmp/a;b,c\\\\d"; cd /tmp/a*\r');
      await asked(shell, 2);
      shell.written = '';
      await shell.reload(einstein);
      await asked(shell, 1);
      assert.deepEqual(marks(shell.written).slice(-3), ['P;Cwd=/tmp/a;b,c\\d', 'A', 'B']);
      // eslint-disable-next-line no-control-regex -- it is in the sequence
      assert.match(shell.written, /\x1b\]633;P;HasRichCommandDetection=True\x07/);
      shell.type('sleep 30\r');
      await until('it to run', () => marks(shell.written).at(-1) === 'C');
      await shell.reload(einstein);
      await shell.session.shell;
      assert.equal(marks(shell.written).at(-1), 'C');
      shell.type('\u0003');
      await until('its end', () => marks(shell.written).includes('D;130'));
      await shell.run('rmdir /tmp/a*');
      await shell.exit();
    }
  });

  it('ends the command at hand where the line is lost', async () => {
    const proxy = await service.proxy(einstein.ssh!);
    changeShell(service, 'einstein', 'bash');
    const away = await service.computer('einstein', proxy.endpoint('ohm'));
    for (const persistence of ['off', 'tmux'] as const) {
      const shell = await new Terminal(installation, { nonce, persistence, name: 'lost' }).open(away);
      await asked(shell, 1);
      proxy.cut();
      await shell.ends();
      assert.deepEqual(marks(shell.written).slice(-2), ['B', 'D']);
    }
    await service.run('einstein', 'tmux -L celesto-lost kill-server');
  });

  it('is absent where no mark is wished for, and for shells that it does not know', async () => {
    for (const [kind, options] of [
      ['dash', {}],
      ['bash', { nonce: undefined, persistence: 'tmux', name: 'unmarked' }],
    ] as const) {
      const shell = await open(kind, options);
      await shell.prompt();
      await shell.run('echo');
      await shell.exit();
      assert.deepEqual(marks(shell.written), []);
    }
    changeShell(service, 'einstein', 'bash');
  });
});
