import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, it } from 'node:test';
import { ApiError } from '../../../../src/api/apiErrors';
import { provision, type Provisioning } from '../../../../src/ssh/provisioning/provision';
import { RecordingLog } from '../../support/recordingLog';
import { testFolder } from '../support/folder';
import { makeKey } from '../support/keys';

const forever = new AbortController().signal;

describe('provision', () => {
  const folder = testFolder();
  const own = makeKey(folder, 'own');
  const hostKeys = ['ed25519', 'ecdsa', 'rsa'].map((type) => makeKey(folder, `host_${type}`, '-t', type));
  const me = userInfo().username;

  let count = 0;
  let home: string;
  let etc: string;
  let tools: string;
  let retired: readonly string[];
  let authorizedKeys: string;
  let log: RecordingLog;

  beforeEach(() => {
    const machine = join(folder, `machine-${++count}`);
    [home, etc, tools] = ['home', 'etc', 'tools'].map((name) => join(machine, name)) as [
      string,
      string,
      string,
    ];
    for (const path of [home, etc, tools]) mkdirSync(path, { recursive: true });
    authorizedKeys = join(home, '.ssh', 'authorized_keys');
    log = new RecordingLog();
    retired = [];
  });

  /** Runs what would run on the computer in a real shell: its /etc/ssh and home are folders of this test. */
  function runProvisioning(
    user = me,
    shell = 'sh',
    environment: Record<string, string> = { HOME: home },
  ): Promise<Provisioning> {
    const exec = (_id: string, command: string) => {
      const { stdout, stderr, status } = spawnSync(
        shell,
        ['-c', command.replaceAll('/etc/ssh/', `${etc}/`)],
        {
          env: { PATH: `${tools}:/usr/bin:/bin`, ...environment },
          encoding: 'utf8',
        },
      );
      return Promise.resolve({ stdout, stderr, exit_code: status ?? -1, timed_out: false });
    };
    return provision({ exec }, 'cmp_1', { user, publicLine: own.publicLine, retired }, log, forever);
  }

  /** Replaces a program of the computer. */
  function fakeProgram(name: string, script: string): void {
    writeFileSync(join(tools, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(tools, name), 0o755);
  }

  function installed(): string[] {
    return readFileSync(authorizedKeys, 'utf8')
      .split('\n')
      .filter((line) => line.includes(own.publicLine.split(' ')[1]!));
  }

  it('reads every host key, also from a file without a final line end', async () => {
    hostKeys.forEach(({ publicLine }, index) =>
      writeFileSync(join(etc, `ssh_host_${index}_key.pub`), publicLine + (index === 1 ? '' : '\n')),
    );
    const { hostKeys: read } = await runProvisioning();
    assert.deepEqual(
      read.map(({ blob }) => blob.toString('base64')).sort(),
      hostKeys.map(({ publicKey }) => publicKey.blob.toString('base64')).sort(),
    );
  });

  it('reads no host key where there is none that can be parsed', async () => {
    assert.deepEqual((await runProvisioning()).hostKeys, []);
    writeFileSync(join(etc, 'ssh_host_rsa_key.pub'), 'this is not a key\n\n');
    assert.deepEqual((await runProvisioning()).hostKeys, []);
    assert.equal((await runProvisioning()).keyInstalled, true, 'the key is installed all the same');
  });

  for (const shell of ['sh', 'bash', 'dash'].filter((name) => spawnSync(name, ['-c', ':']).status === 0)) {
    it(`installs the key once, however often it is run by ${shell}`, async () => {
      for (let run = 0; run < 3; run++) assert.equal((await runProvisioning(me, shell)).keyInstalled, true);
      assert.equal(installed().length, 1);
      assert.match(installed()[0]!, / celesto-vscode$/);
    });
  }

  it('creates ~/.ssh for its owner alone', async () => {
    await runProvisioning();
    assert.equal(statSync(join(home, '.ssh')).mode & 0o777, 0o700);
    assert.equal(statSync(authorizedKeys).mode & 0o777, 0o600);
  });

  it('keeps every existing line, also of a file without a final line end', async () => {
    const theirs = 'ssh-rsa AAAA alice\n# a comment\nno-pty ssh-ed25519 BBBB bob';
    for (const end of ['', '\n']) {
      mkdirSync(join(home, '.ssh'), { recursive: true });
      writeFileSync(authorizedKeys, theirs + end, { mode: 0o644 });
      await runProvisioning();
      const lines = readFileSync(authorizedKeys, 'utf8').split('\n');
      assert.deepEqual(lines.slice(0, 3), theirs.split('\n'));
      assert.equal(lines[3]?.startsWith('ssh-ed25519 '), true);
      assert.deepEqual(lines.slice(4), ['']);
      assert.equal(statSync(authorizedKeys).mode & 0o777, 0o644, 'and its mode');
    }
  });

  it('keeps a line that has the key with options or another comment', async () => {
    mkdirSync(join(home, '.ssh'));
    writeFileSync(authorizedKeys, `no-pty ${own.publicLine} changed by hand\n`);
    assert.equal((await runProvisioning()).keyInstalled, true);
    assert.equal(readFileSync(authorizedKeys, 'utf8'), `no-pty ${own.publicLine} changed by hand\n`);
  });

  it('removes retired keys of the extension, and nothing else', async () => {
    const [old, older] = ['old', 'older'].map((name) => makeKey(folder, name).publicLine) as [string, string];
    retired = [old, older];
    const file = (...lines: string[]): void => {
      mkdirSync(join(home, '.ssh'), { recursive: true });
      writeFileSync(authorizedKeys, lines.map((line) => `${line}\n`).join(''), { mode: 0o640 });
    };
    const lines = (): string[] => readFileSync(authorizedKeys, 'utf8').split('\n').slice(0, -1);
    file('ssh-rsa AAAA alice', old, '', `no-pty ${older} changed by hand`, '# %s \\n $HOME');
    assert.equal((await runProvisioning()).keyInstalled, true);
    assert.deepEqual(lines().slice(0, 3), ['ssh-rsa AAAA alice', '', '# %s \\n $HOME']);
    assert.equal(lines().length, 4);
    assert.equal(statSync(authorizedKeys).mode & 0o777, 0o640);
    file(old);
    assert.equal((await runProvisioning()).keyInstalled, true);
    assert.deepEqual(lines().length, 1);
    assert.ok(!lines()[0]!.includes(old.split(' ')[1]!));
  });

  it('gives the reason for which the key cannot be installed', async () => {
    writeFileSync(join(home, '.ssh'), 'a file where the folder should be');
    const { keyInstalled, refusal } = await runProvisioning();
    assert.equal(keyInstalled, false);
    assert.match(refusal!, /\.ssh/);
  });

  it('reads the host keys even where the key cannot be installed', async () => {
    mkdirSync(authorizedKeys, { recursive: true });
    writeFileSync(join(etc, 'ssh_host_ed25519_key.pub'), `${hostKeys[0]!.publicLine}\n`);
    const { keyInstalled, refusal, hostKeys: read } = await runProvisioning();
    assert.deepEqual([keyInstalled, read.length], [false, 1]);
    assert.match(refusal!, /authorized_keys/);
  });

  it('looks up the home folder where HOME is not set', async () => {
    fakeProgram('getent', `[ "$1 $2" = 'passwd ${me}' ] && echo '${me}:x:1:1::${home}:/bin/sh'`);
    assert.equal((await runProvisioning(me, 'sh', {})).keyInstalled, true);
    assert.equal(installed().length, 1);
  });

  it("installs another user's key in that user's home, and makes them its owner", async () => {
    const chowned = join(home, 'chowned');
    fakeProgram('getent', `[ "$1 $2" = 'passwd somebody' ] && echo 'somebody:x:1:1::${home}:/bin/sh'`);
    fakeProgram('chown', `echo "$@" >> '${chowned}'`);
    assert.equal((await runProvisioning('somebody', 'sh', { HOME: '/root' })).keyInstalled, true);
    assert.equal(installed().length, 1);
    assert.equal(readFileSync(chowned, 'utf8').trim(), `somebody: ${join(home, '.ssh')} ${authorizedKeys}`);
  });

  it('refuses where the computer has no such user, and writes nothing', async () => {
    fakeProgram('getent', 'exit 2');
    const { keyInstalled, refusal } = await runProvisioning('nobody-at-all', 'sh', { HOME: home });
    assert.equal(keyInstalled, false);
    assert.match(refusal!, /no home folder of nobody-at-all/);
    assert.equal(existsSync(authorizedKeys), false);
  });

  it('resolves without host keys where the API refuses, and gives its reason', async () => {
    const exec = () => Promise.reject(new ApiError('forbidden', { detail: 'exec is not for you' }));
    const result = await provision(
      { exec },
      'cmp_1',
      { user: me, publicLine: own.publicLine, retired },
      log,
      forever,
    );
    assert.deepEqual([result.hostKeys, result.keyInstalled], [[], false]);
    assert.match(result.refusal!, /exec is not for you/);
    assert.match(log.text, /warn cmp_1/);
  });

  it('rejects with the reason of the signal where it is aborted', async () => {
    const reason = new Error('never mind');
    const exec = () => Promise.reject(new ApiError('network'));
    await assert.rejects(
      provision(
        { exec },
        'cmp_1',
        { user: me, publicLine: own.publicLine, retired },
        log,
        AbortSignal.abort(reason),
      ),
      reason,
    );
  });
});
