import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Computer } from '../../src/computers/computer';
import {
  endShellCommand,
  listShellsCommand,
  parseShellListing,
  type PersistentShell,
} from '../../src/shell/shellListing';
import { until } from '../harness/until';
import { Installation } from './support/installation';
import { Service } from './support/service';
import type { TcpProxy } from './support/tcpProxy';
import { Terminal, type TerminalOptions } from './support/terminal';

/** Writes a line every millisecond or two, in the terminal and in a file. */
const counter = `i=0
exec 8<> <(:)
while [ ! -e ~/stop ]; do i=$((i+1)); echo "count $i"; echo $i >> ~/counted; read -t 0.001 -u 8; done
rm ~/stop`;

describe('a persistent shell', () => {
  const service = new Service('einstein');
  let proxy: TcpProxy;
  let einstein: Computer;
  let installation: Installation;
  let names = 0;

  before(async () => {
    proxy = await service.proxy((await service.computer('einstein')).ssh!);
    einstein = await service.computer('einstein', proxy.endpoint('ohm'));
    installation = new Installation(service);
  });

  function terminal(options: TerminalOptions = {}): Terminal {
    names += 1;
    return new Terminal(installation, { persistence: 'tmux', name: `shell-${names}`, ...options });
  }

  function open(options: TerminalOptions = {}): Promise<Terminal> {
    return terminal(options).open(einstein);
  }

  async function kept(...names: string[]): Promise<PersistentShell[]> {
    const all = parseShellListing(await service.run('einstein', listShellsCommand()));
    return all.filter(({ name }) => names.includes(name));
  }

  async function cut(...shells: Terminal[]): Promise<void> {
    proxy.cut();
    for (const shell of shells) assert.equal((await shell.ends()).kind, 'lost');
  }

  it('is like any other: size, environment, exit code', async () => {
    const shell = await open({
      name: 'like-any',
      size: { rows: 33, columns: 111 },
      env: { COLORTERM: 'truecolor' },
    });
    assert.deepEqual(await shell.session.shell, { persistedBy: 'tmux', resumed: false });
    assert.equal(await shell.run('stty size'), '33 111');
    shell.resize({ rows: 20, columns: 70 });
    await until('the new size', async () => (await shell.run('stty size')) === '20 70');
    assert.equal(
      await shell.run('echo "$TERM,$COLORTERM,$LANG,$SHLVL,$TMUX,$TERM_PROGRAM,$0"; pwd'),
      'xterm-256color,truecolor,C.UTF-8,1,,,/bin/bash\n/home/ohm',
    );
    assert.deepEqual(await shell.exit(7), { kind: 'exited', code: 7, signal: undefined });
    assert.deepEqual(await kept('like-any'), []);
  });

  it('tells of a signal that ended it as shells do', async () => {
    const shell = await open();
    shell.type('kill -9 $$\r');
    assert.deepEqual(await shell.ends(), { kind: 'exited', code: 137, signal: undefined });
    assert.doesNotMatch(shell.written, /Killed|celesto;/);
  });

  it('carries what is typed at once, every character there and back', async () => {
    const text = 'Grüße, 日本語, 👩‍🚀 \\ %output';
    const shell = await open({ size: { rows: 24, columns: 200 } });
    assert.equal(await shell.run(`printf '%s\\n' '${text}' | tee ~/text`), text);
    assert.equal((await service.run('einstein', 'cat ~/text')).trim(), text);
    shell.type(`cat > ~/pasted\r`);
    const pasted = `${'0123456789abcdef'.repeat(60)}\n`.repeat(100);
    shell.type(pasted);
    shell.type('\u0004');
    await until('all of it', async () => (await service.run('einstein', 'cat ~/pasted')) === pasted);
    await shell.exit();
  });

  it('leaves scroll-back, the alternate screen and the clipboard to the terminal', async () => {
    const shell = await open();
    await shell.run('seq -f "line %g" 1000');
    const seen = shell.lines.filter((text) => /^line \d+$/.test(text));
    assert.deepEqual(
      seen,
      Array.from({ length: 1000 }, (_, index) => `line ${index + 1}`),
    );
    shell.written = '';
    shell.type(
      `printf '\\033[?1049h\\033[?1000;1006h\\033]52;c;aGk=\\007\\033]0;title\\007in front'; read x\r`,
    );
    await shell.hasWritten(/in front$/);
    await until('the alternate screen', () => shell.isAlternate && shell.modes.mouseTrackingMode === 'vt200');
    assert.ok(shell.written.endsWith('\u001b]52;c;aGk=\u0007\u001b]0;title\u0007in front'));
    shell.type(`\rprintf '\\033[?1049l\\033[?1000;1006l'\r`);
    await until('the screen before it', () => !shell.isAlternate && shell.lines.includes('line 1000'));
    await shell.exit();
  });

  it('answers a question to the terminal once', async () => {
    const shell = await open();
    const answer = await shell.run(
      `stty raw -echo; printf '\\033[6n\\033[c'; sleep 1; dd bs=99 count=1 2>/dev/null | od -An -c | tr -d ' '; stty sane`,
    );
    assert.match(answer.replaceAll('\n', ''), /^033\[\d+;\d+R033\[\?[\d;]+c(done-\d+)?$/);
    await shell.exit();
  });

  it('goes on through every cut: nothing lost or doubled, and the terminal shows all of it', async () => {
    const shell = await open();
    const counted = async (): Promise<number> => Number(await service.run('einstein', 'wc -l < ~/counted'));
    await service.run('einstein', `printf '%s\\n' '${counter}' > ~/count`);
    shell.type('. ~/count\r');
    await shell.shows(/count 40\n/);
    for (let cuts = 0; cuts < 12; cuts += 1) {
      await cut(shell);
      const missed = await counted();
      await until('the counter to go on', async () => (await counted()) > missed);
      await shell.open(einstein);
      assert.deepEqual(await shell.session.shell, { persistedBy: 'tmux', resumed: true });
    }
    await service.run('einstein', 'touch ~/stop');
    await shell.prompt();
    assert.equal(await shell.run('stty size'), '24 80');
    const all = (await service.run('einstein', 'cat ~/counted')).trim().split('\n').map(Number);
    assert.deepEqual(
      all,
      all.map((_, index) => index + 1),
    );
    const shown = shell.lines.flatMap((text) => /^count (\d+)$/.exec(text)?.slice(1).map(Number) ?? []);
    assert.deepEqual(shown, all);
    await shell.exit();
  });

  // tmux keeps a client for ever that is cut off while there is more to tell it, and waits for it to read.
  it('goes on with a flood that nobody reads any more', async () => {
    const shell = await open();
    const counted = async (): Promise<number> => Number(await service.run('einstein', 'wc -l < ~/flood'));
    shell.type(`text=$(printf %01000d 0); while echo $text; do echo >> ~/flood; done\r`);
    for (let cuts = 0; cuts < 3; cuts += 1) {
      await shell.hasWritten(/0\r\n0/);
      await cut(shell);
      shell.written = '';
      const unread = await counted();
      await until('the flood to go on', async () => (await counted()) > unread + 500);
      await shell.open(einstein);
    }
    shell.type('\u0003');
    await shell.prompt();
    await shell.exit();
  });

  it('comes back after a reload, with its scroll-back, screen, cursor and modes', async () => {
    const shell = await open();
    await shell.run(`seq -f 'old %g' 100; printf '\\033[31mred\\033[m 日本\\n'`);
    shell.type(
      `printf '\\033[?1h\\033[?1049h\\033[5;7Hhere\\033[?1002;1006h'; read x; printf '\\033[?1049l'; echo after\r`,
    );
    await until('the program', () => shell.isAlternate && shell.modes.applicationCursorKeysMode);
    await shell.reload(einstein);
    assert.deepEqual(await shell.session.shell, { persistedBy: 'tmux', resumed: true });
    await until('the alternate screen', () => shell.isAlternate && shell.modes.mouseTrackingMode === 'drag');
    assert.match(shell.screen, /^\n\n\n\n {6}here\n/);
    assert.deepEqual(shell.cursor, { x: 10, y: 4 });
    assert.ok(shell.modes.applicationCursorKeysMode);
    shell.type('\r');
    await shell.shows(/^after$/m);
    const seen = shell.lines.filter((text) => /^old \d+$/.test(text));
    assert.deepEqual(
      seen,
      Array.from({ length: 100 }, (_, index) => `old ${index + 1}`),
    );
    await shell.shows(/^red 日本$/m);
    assert.ok(shell.written.includes('\u001b[31mred'));
    await shell.exit();
  });

  it('takes the size of the terminal that it comes back to', async () => {
    const shell = await open();
    await shell.run('echo before');
    await cut(shell);
    shell.resize({ rows: 40, columns: 120 });
    await shell.open(einstein);
    assert.equal(await shell.run('stty size'), '40 120');
    await shell.exit();
  });

  it('is taken over from a terminal that is still attached, as over a line that is dead', async () => {
    const first = await open({ name: 'wandering' });
    await first.run('answer=42');
    const second = await terminal({ name: 'wandering' }).open(einstein);
    assert.equal(await second.run('echo $answer'), '42');
    assert.equal((await first.ends()).kind, 'exited');
    await second.exit();
  });

  // A tmux server of 3.6b or older ends at once when a client comes to it while another comes, goes or changes.
  it('outlives others that come, go and are cut off at the same moments', async () => {
    const shell = await open({ name: 'steady' });
    await shell.run('answer=42');
    for (let round = 0; round < 6; round += 1) {
      const others = await Promise.all([1, 2, 3, 4].map(() => open()));
      await Promise.all(others.slice(0, 2).map((other) => other.exit()));
      await cut(shell, ...others.slice(2));
      await Promise.all([shell, ...others.slice(2)].map((one) => one.open(einstein)));
      const facts = await Promise.all([shell, ...others.slice(2)].map(({ session }) => session.shell));
      assert.deepEqual(
        facts,
        facts.map(() => ({ persistedBy: 'tmux', resumed: true })),
      );
      await Promise.all(others.slice(2).map((other) => other.exit()));
    }
    assert.equal(await shell.run('echo $answer'), '42');
    await shell.exit();
  });

  it('leaves no socket behind, however it ends', async () => {
    const sockets = (): Promise<string> => service.run('einstein', 'ls /tmp/tmux-*/ | grep -c gone-; :');
    const shells = await Promise.all(['gone-1', 'gone-2'].map((name) => open({ name })));
    await Promise.all(shells.map(({ session }) => session.shell));
    assert.equal((await sockets()).trim(), '2');
    await shells[0]!.exit();
    shells[1]!.type('sleep 0.5; exit\r');
    await shells[1]!.shows(/exit/);
    await cut(shells[1]!);
    await until('its end', async () => (await kept('gone-2')).length === 0);
    await service.run('einstein', 'touch -d "2 minutes ago" /tmp/tmux-*/*gone-*');
    await kept('gone-2');
    assert.equal((await sockets()).trim(), '0');
  });

  it('is told how it ended while nobody was there, by its absence', async () => {
    const shell = await open({ name: 'brief' });
    shell.type('sleep 0.5; exit 3\r');
    await shell.shows(/exit 3/);
    await cut(shell);
    await until('its end', async () => (await kept('brief')).length === 0);
    await shell.open(einstein);
    assert.deepEqual(await shell.session.shell, { persistedBy: 'tmux', resumed: false });
    await shell.exit();
  });

  it('is listed with what it does, and can be ended', async () => {
    const [first, second] = [await open({ name: 'one', cwd: '/tmp' }), await open({ name: 'two' })];
    await second.run('cd /usr');
    first.type('sleep 100\r');
    await second.close();
    const reported = await until('both as they are', async () => {
      const all = await kept('one', 'two');
      return all.some(({ command }) => command === 'sleep') && all.some(({ attached }) => !attached) && all;
    });
    assert.deepEqual(
      reported.map(({ created, ...rest }) => {
        assert.ok(Math.abs(created.getTime() - Date.now()) < 60_000);
        return rest;
      }),
      [
        { name: 'one', persistedBy: 'tmux', attached: true, command: 'sleep', directory: '/tmp' },
        { name: 'two', persistedBy: 'tmux', attached: false, command: 'bash', directory: '/usr' },
      ],
    );
    for (const shell of reported) await service.run('einstein', endShellCommand(shell));
    assert.equal((await first.ends()).kind, 'exited');
    assert.deepEqual(await kept('one', 'two'), []);
  });
});
