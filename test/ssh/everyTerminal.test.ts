import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Computer } from '../../src/computers/computer';
import { until } from '../harness/until';
import { Installation } from './support/installation';
import { Service } from './support/service';
import type { TcpProxy } from './support/tcpProxy';
import { Terminal, type TerminalOptions } from './support/terminal';

/** Characters of all lengths and widths: wide, combining, joined, of two halves. */
const characters = 'aé日한e\u0301👩\u200d🚀👍🏽🇩🇪z';

/** Whatever keeps its shell, and where nothing does. */
const keepers = [
  { persistedBy: undefined, name: 'einstein', persistence: 'off' },
  { persistedBy: 'tmux', name: 'einstein', persistence: 'tmux' },
  { persistedBy: 'screen', name: 'bohr', persistence: 'auto' },
] as const;

for (const { persistedBy, name, persistence } of keepers)
  describe(`a terminal whose shell is kept by ${persistedBy ?? 'nothing'}`, () => {
    const service = new Service('einstein');
    let computer: Computer;
    let proxy: TcpProxy;
    let installation: Installation;
    let names = 0;

    before(async () => {
      await service.emulator.control.seed({ name: 'bohr', without: ['tmux'] });
      proxy = await service.proxy((await service.computer(name)).ssh!);
      computer = await service.computer(name, proxy.endpoint('ohm'));
      installation = new Installation(service);
    });

    function terminal(options: TerminalOptions = {}): Terminal {
      names += 1;
      const env = { LANG: 'C.UTF-8', COLORTERM: 'truecolor' };
      return new Terminal(installation, { persistence, name: `shell-${names}`, env, ...options });
    }

    async function open(options: TerminalOptions = {}): Promise<Terminal> {
      const shell = await terminal(options).open(computer);
      assert.equal((await shell.session.shell).persistedBy, persistedBy);
      await shell.prompt();
      return shell;
    }

    /**
     * Has a program take keys as they are.
     * @param beforeKeys runs while the program waits for its keys
     * @returns the keys that it was given, in the form of od -c
     */
    async function given(
      shell: Terminal,
      keys: string,
      begin = '',
      end = '',
      beforeKeys?: () => Promise<unknown>,
    ): Promise<string> {
      const take = `dd bs=1 count=${Buffer.byteLength(keys)} of=$HOME/keys 2>/dev/null`;
      shell.written = '';
      shell.type(
        `stty raw -echo; printf '${begin}rea''dy'; ${take}; printf '${end}'; stty sane; echo; echo o''ver\r`,
      );
      await shell.hasWritten(/ready/);
      await beforeKeys?.();
      shell.type(keys);
      await shell.hasWritten(/over/);
      return service.run(name, 'od -An -c ~/keys');
    }

    it('has the size of the window before, while and after it is connected', async () => {
      const shell = terminal({ size: { rows: 30, columns: 90 } });
      const opening = shell.open(computer);
      shell.resize({ rows: 31, columns: 91 });
      await opening;
      shell.resize({ rows: 32, columns: 92 });
      await shell.prompt();
      await until('the size of the window', async () => (await shell.run('stty size')) === '32 92');
      shell.resize({ rows: 20, columns: 100 });
      await until('the new size', async () => (await shell.run('stty size')) === '20 100');
      assert.equal(await shell.run('tput cols; tput lines'), '100\n20');
      await shell.exit();
    });

    for (const code of [0, 7, 255])
      it(`ends with exit code ${code}`, async () => {
        const shell = await open();
        assert.deepEqual(await shell.exit(code), { kind: 'exited', code, signal: undefined });
        assert.doesNotMatch(shell.all, /celesto|terminating/);
      });

    it('hands on the signals that keys send', async () => {
      const shell = await open();
      for (const [key, wanted] of [
        ['\u0003', '130'],
        ['\u001c', '131'],
        ['\u001a', '148'],
      ] as const) {
        shell.written = '';
        shell.type(`sh -c 'echo wait""ing; exec sleep 60'\r`);
        await shell.hasWritten(/waiting/);
        shell.type(key);
        await shell.hasWritten(/\$ $/);
        assert.equal(await shell.run('echo $?'), wanted);
      }
      await shell.run('kill -9 %1; wait %1');
      await shell.exit();
    });

    it('hands on every key, its own to whoever keeps the shell as well', async () => {
      const shell = await open();
      const keys = `\u0001d\u0002\u001b[A\u001b[200~a\rb\u001b[201~${characters}\u001b[<35;300;7M`;
      assert.equal(await given(shell, keys), await service.run(name, `printf '%s' '${keys}' | od -An -c`));
      await shell.exit();
    });

    it('shows characters whole, wherever the output is cut', async () => {
      const shell = await open();
      const script = `import os, sys, time
for byte in sys.argv[1].encode():
    os.write(1, bytes([byte]))
    time.sleep(0.005)
`;
      await service.run(name, `cat > ~/dribble <<'X'\n${script}X`);
      const written = await shell.run(`python3 ~/dribble '${characters}'; echo`);
      // screen draws a character once more when something comes that joins it.
      // eslint-disable-next-line no-control-regex -- it goes back to it by backspaces
      assert.equal(written.replace(/.\x08+/gu, ''), characters);
      await shell.exit();
    });

    it('shows colours: as many as it says there are', async () => {
      const shell = await open();
      const depth = await shell.run('echo "$(tput colors),$COLORTERM"');
      assert.equal(depth, persistedBy === 'screen' ? '256,' : '256,truecolor');
      await shell.run(String.raw`printf '\033[31mA\033[m\033[38;5;208mB\033[m\033[48;5;17mC\033[m\n'`);
      const shown = shell.written.slice(shell.written.lastIndexOf("done''-"));
      // eslint-disable-next-line no-control-regex -- they are in the sequences
      assert.match(shown, /\x1b\[31mA.*\x1b\[38;5;208mB.*\x1b\[48;5;17mC/);
      if (persistedBy !== 'screen') {
        await shell.run(String.raw`printf '\033[38;2;1;2;3mD\033[m\n'`);
        assert.ok(shell.written.includes('\u001b[38;2;1;2;3mD'));
      }
      await shell.exit();
    });

    it('pastes in brackets: several lines are not run until Enter', async () => {
      const shell = await open();
      await until('the shell to want it', () => shell.modes.bracketedPasteMode);
      shell.written = '';
      shell.type('\u001b[200~echo o""ne\recho t""wo\u001b[201~');
      await shell.hasWritten(/t""wo/);
      assert.doesNotMatch(shell.all, /^(one|two)\r?$/m);
      shell.type('\r');
      await shell.hasWritten(/one\r\ntwo\r\n/);
      await shell.exit();
    });

    it('gives the mouse to the program that wants it', async () => {
      const shell = await open();
      const press = '\u001b[<0;5;7M';
      const hasMouse = () => until('the mouse', () => shell.modes.mouseTrackingMode === 'vt200');
      const [begin, end] = [String.raw`\033[?1000;1006h`, String.raw`\033[?1000;1006l`];
      const reported = await given(shell, press, begin, end, hasMouse);
      assert.equal(reported, await service.run(name, `printf '%s' '${press}' | od -An -c`));
      await until('the mouse back', () => shell.modes.mouseTrackingMode === 'none');
      await shell.exit();
    });

    it('shows a full screen in front, and what was there before behind it', async () => {
      const shell = await open();
      await shell.run('echo behind');
      shell.type(String.raw`printf '\033[?1049h\033[2J\033[Hin front'; read x; printf '\033[?1049l'` + '\r');
      await until('the screen in front', () => shell.screen.startsWith('in front\n'));
      assert.doesNotMatch(shell.screen, /behind/);
      shell.type('\r');
      await shell.shows(/^behind\n[^]*\$$/m);
      assert.doesNotMatch(shell.screen, /^in front$/m);
      await shell.exit();
    });

    if (persistedBy)
      it('goes on over the next connection, in the size that the window has by then', async () => {
        const shell = await open();
        await shell.run('answer=42');
        proxy.cut();
        assert.equal((await shell.ends()).kind, 'lost');
        shell.resize({ rows: 40, columns: 120 });
        await shell.open(computer);
        assert.deepEqual(await shell.session.shell, { persistedBy, resumed: true });
        await until('the new size', async () => (await shell.run('stty size')) === '40 120');
        assert.equal(await shell.run('echo $answer'), '42');
        assert.ok(!shell.isAlternate);
        assert.deepEqual(await shell.exit(5), { kind: 'exited', code: 5, signal: undefined });
      });
  });
