import assert from 'node:assert/strict';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { before, describe, it } from 'node:test';
import type { ClientChannel } from 'ssh2';
import type { Computer } from '../../src/computers/computer';
import type { SshConnection } from '../../src/ssh/connection/connection';
import { parseEndpoint } from '../../src/ssh/connection/endpoint';
import { CustomSshd } from './support/customSshd';
import { Installation } from './support/installation';
import { Service } from './support/service';
import { changeShell, Terminal, type TerminalOptions } from './support/terminal';

const nonce = '5d5f-nonce';

/** The startup files of each shell that tell when they are read, and the order in which a login shell reads them. */
const startup = {
  bash: {
    files: ['.bash_profile', '.bash_login', '.profile', '.bashrc'],
    order: ['.bash_profile', '.bashrc'],
  },
  zsh: {
    files: ['.zshenv', '.zprofile', '.zshrc', '.zlogin'],
    order: ['.zshenv', '.zprofile', '.zshrc', '.zlogin'],
  },
  fish: { files: ['.config/fish/config.fish'], order: ['.config/fish/config.fish'] },
  dash: { files: ['.profile'], order: ['.profile'] },
} as const;

const clearing =
  'rm -rf ~/.bash_profile ~/.bash_login ~/.zshenv ~/.zprofile ~/.zshrc ~/.zlogin ~/.config ~/.hushlogin';

describe('the shell that a terminal opens with', () => {
  const service = new Service('einstein');
  let einstein: Computer;
  let installation: Installation;

  before(async () => {
    einstein = await service.computer('einstein');
    installation = new Installation(service);
  });

  /** A connection keeps to the shell that its user had when it was made. */
  function logInTo(kind: string): void {
    changeShell(service, 'einstein', kind);
    installation.pool.dispose();
  }

  function open(options: TerminalOptions, computer = einstein): Promise<Terminal> {
    return new Terminal(installation, options).open(computer);
  }

  /** Each way in which a shell may be begun. */
  const ways: TerminalOptions[] = [{}, { nonce }, { nonce, persistence: 'tmux' }];

  for (const [kind, { files, order }] of Object.entries(startup)) {
    it(`is ${kind} with the startup files of a login shell, each once and in order`, async () => {
      await service.run(
        'einstein',
        `${clearing}; mkdir -p ~/.config/fish; cp ~/.profile ~/profile; cp ~/.bashrc ~/bashrc`,
      );
      for (const file of files) {
        const more = file === '.bash_profile' ? '; . ~/.bashrc' : '';
        await service.run('einstein', `echo 'case $- in *i*) echo "<${file}>" ;; esac${more}' > ~/${file}`);
      }
      await service.run(
        'einstein',
        `echo 'status is-interactive; and echo "<.config/fish/config.fish>"' > ~/.config/fish/config.fish`,
      );
      logInTo(kind);
      for (const way of ways) {
        const shell = await open({ name: `${kind}-startup`, ...way });
        await shell.prompt();
        assert.match(await shell.run(`sh -c 'ps -o args= -p $PPID'`), new RegExp(`${kind}\\b`));
        const read = [...shell.all.matchAll(/^<(\S+)>\r?$/gm)].map(([, file]) => file);
        assert.deepEqual(read, order, JSON.stringify(way));
        assert.deepEqual(await shell.exit(5), { kind: 'exited', code: 5, signal: undefined });
      }
      logInTo('bash');
      await service.run('einstein', `${clearing}; mv ~/profile ~/.profile; mv ~/bashrc ~/.bashrc`);
    });
  }

  it('is a true login shell of bash, with the history and the last words of one', async () => {
    await service.run('einstein', `echo 'echo bye > ~/logged-out' > ~/.bash_logout`);
    const shell = await open({ nonce });
    assert.equal(
      await shell.run(
        'shopt -q login_shell; echo $?; shopt -o posix; echo "$HISTFILE,$ENV,$POSIXLY_CORRECT,$HISTCONTROL"',
      ),
      '0\nposix          \toff\n/home/ohm/.bash_history,,,',
    );
    await shell.exit();
    assert.equal(await service.run('einstein', 'cat ~/logged-out; rm ~/logged-out ~/.bash_logout'), 'bye\n');
  });

  it('gets what is typed before its first prompt, once', async () => {
    await service.run('einstein', 'touch ~/.zshrc');
    for (const kind of Object.keys(startup)) {
      logInTo(kind);
      for (const [number, way] of ways.entries()) {
        const shell = await open({ name: `${kind}-early-${number}`, ...way });
        shell.type(`echo early >> ~/early; exit 3\r`);
        assert.deepEqual(await shell.ends(), { kind: 'exited', code: 3, signal: undefined }, kind);
        assert.equal(await service.run('einstein', 'cat ~/early; rm ~/early'), 'early\n', kind);
      }
    }
    logInTo('bash');
    await service.run('einstein', 'rm ~/.zshrc');
  });

  it('begins in the directory wished for, or says that there is none', async () => {
    for (const [cwd, there] of [
      ['/usr', '/usr'],
      ['~', '/home/ohm'],
      ['~/.ssh', '/home/ohm/.ssh'],
      ["it's $(touch ~/no) \\0041", "/home/ohm/it's $(touch ~/no) \\0041"],
    ] as const) {
      await service.run('einstein', `mkdir -p "/home/ohm/it's \\$(touch ~/no) \\\\0041"`);
      for (const persistence of ['off', 'tmux'] as const) {
        const shell = await open({ cwd, persistence });
        assert.equal(await shell.run('pwd'), there);
        await shell.exit();
      }
    }
    const lost = await open({ cwd: '/no/such' });
    assert.equal(await lost.run('pwd'), '/home/ohm');
    assert.match(lost.all, /There is no directory \/no\/such here/);
    await lost.exit();
    assert.equal(await service.run('einstein', 'ls ~/no 2>/dev/null; rm -rf ~/it*'), '');
  });

  it('shows the message of the day, unless the user wants none', async () => {
    const motd = (await service.run('einstein', 'head -1 /etc/motd; sed -n 2p /etc/motd')).trim();
    const shell = await open({ nonce });
    await shell.exit();
    assert.ok(motd.length > 0 && shell.all.includes(motd));
    await service.run('einstein', 'touch ~/.hushlogin');
    const hushed = await open({ nonce });
    await hushed.exit();
    await service.run('einstein', 'rm ~/.hushlogin');
    assert.ok(!hushed.all.includes(motd));
  });

  it('leaves no file behind, nor a process', async () => {
    const listing =
      'find ~ /tmp /var/tmp /dev/shm -not -path "/tmp/tmux-*" -not -name ".bash_history" -not -path "*/.config*" -not -path "*/.local*" | sort; ps -A -o args= | grep -c celest[o] || :';
    const list = (): Promise<string> => service.run('einstein', listing);
    await service.run('einstein', 'mkdir -p ~/.config ~/.local');
    const old = await list();
    for (const kind of ['bash', 'zsh', 'fish', 'dash']) {
      logInTo(kind);
      for (const persistence of ['off', 'auto'] as const) {
        const shell = await open({ nonce, persistence, name: `${kind}-clean` });
        await shell.prompt();
        await shell.exit();
      }
    }
    logInTo('bash');
    assert.equal(await list(), old);
  });

  it('has room where the server opens two sessions on a connection only, beside others, a run and a forward', async () => {
    const sshd = await CustomSshd.start(service, 'einstein', 'MaxSessions 2', 'AcceptEnv LANG COLORTERM');
    await sshd.welcome(installation);
    const shells = await Promise.all(
      ['a', 'b', 'c', 'd'].map((name) => open({ nonce, persistence: 'tmux', name }, sshd.computer)),
    );
    const ask = <Opened extends ClientChannel>(what: (connection: SshConnection) => Promise<Opened>) =>
      installation.pool.channel(sshd.computer, { signal: new AbortController().signal, timeoutMs: 0 }, what);
    const ran = await ask((connection) => connection.exec('echo ran'));
    ran.stderr.resume();
    assert.equal(await text(ran), 'ran\n');
    const { port } = parseEndpoint(sshd.computer.ssh!);
    const forward = await ask((connection) => connection.forward('localhost', port));
    assert.match(String((await once(forward, 'data'))[0]), /^SSH-2\.0-/);
    forward.destroy();
    for (const shell of shells) assert.equal(await shell.run('stty size'), '24 80');
    for (const shell of shells) await shell.exit();
    await sshd.stop();
  });

  it('is plain where the server runs a command of its own instead', async () => {
    const sshd = await CustomSshd.start(service, 'einstein', 'ForceCommand echo welcome; exec bash --norc');
    await sshd.welcome(installation);
    const shell = await open({ nonce, persistence: 'auto' }, sshd.computer);
    assert.equal(await shell.run('echo $0'), 'bash');
    assert.match(shell.all, /^welcome/);
    await shell.exit();
    assert.deepEqual(await shell.session.shell, { persistedBy: undefined, resumed: false });
    await sshd.stop();
  });
});
