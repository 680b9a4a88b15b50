import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, it } from 'node:test';
import { type HostSettings, SshConfig } from '../../../src/ssh/sshConfig';
import { testFolder } from './support/folder';

const names = ['203.0.113.7', 'Einstein', 'cmp_1'];

describe('~/.ssh/config', () => {
  const folder = testFolder();
  let count = 0;
  let home: string;

  beforeEach(() => (home = join(folder, `home-${++count}`)));

  function write(text: string, name = 'config'): void {
    const path = join(home, '.ssh', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  function settings(text?: string): Promise<HostSettings> {
    if (text !== undefined) write(text);
    return new SshConfig(() => home).settings(names);
  }

  async function filesOf(text: string): Promise<string[]> {
    const { identityFiles } = await settings(text);
    return identityFiles.map((path) => path.replace(`${home}/`, ''));
  }

  it('gives no settings where the file is missing or empty', async () => {
    const nothing = { named: {}, general: {}, identityFiles: [], identitiesOnly: false };
    assert.deepEqual(await settings(), nothing);
    assert.deepEqual(await settings('\n# nothing\n'), nothing);
  });

  for (const name of ['203.0.113.7', 'einstein', 'CMP_1']) {
    it(`matches a computer exactly by ${name}`, async () => {
      const { named, general } = await settings(`Host other ${name}\n  User ohm\n  Port 2222\n`);
      assert.deepEqual(named, { user: 'ohm', port: 2222 });
      assert.deepEqual(general, {});
    });
  }

  it('matches it by a pattern, and by settings before the first entry', async () => {
    const { named, general } = await settings(
      'Port 4022\nHost ein* !newton\n  User ohm\nHost newton\n  Port 1\n',
    );
    assert.deepEqual(named, {});
    assert.deepEqual(general, { user: 'ohm', port: 4022 });
  });

  it('does not match a computer that a ! pattern excludes by any of its names', async () => {
    assert.deepEqual(
      await filesOf('Host * !einstein\n  IdentityFile ~/a\nHost * !curie\n  IdentityFile ~/b'),
      ['b'],
    );
  });

  it('takes the first value of each setting, and every identity file once', async () => {
    const { named, general, identitiesOnly } = await settings(
      'Host einstein\n User a\n IdentitiesOnly yes\nHost *\n User b\n IdentitiesOnly no\nHost einstein\n User c\n',
    );
    assert.deepEqual([named.user, general.user, identitiesOnly], ['a', 'b', true]);
    const files = [
      'Host einstein',
      'IdentityFile ~/a',
      'Host *',
      'IdentityFile "~/with space" ',
      'IdentityFile ~/a # again',
    ];
    assert.deepEqual(await filesOf(files.join('\n')), ['a', 'with space']);
  });

  it('reads every spelling of a setting', async () => {
    const { named, identityFiles } = await settings(
      '\thost=Einstein\r\n\tUSER = ohm\r\n\tidentityfile=~/a\r\n',
    );
    assert.deepEqual([named.user, identityFiles], ['ohm', [join(home, 'a')]]);
  });

  it('expands tokens and environment variables in a path', async () => {
    process.env.CELESTO_TEST_KEYS = 'keys';
    const user = userInfo().username;
    const text =
      'Host *\n IdentityFile %d/%h-%u\n IdentityFile ~/${CELESTO_TEST_KEYS}/100%%\n IdentityFile none';
    assert.deepEqual(await filesOf(text), [`203.0.113.7-${user}`, 'keys/100%']);
    delete process.env.CELESTO_TEST_KEYS;
  });

  it('includes other files, within an entry or outside, by pattern too, and stops where it includes itself', async () => {
    write('Host einstein\n IdentityFile ~/from-a\n', 'conf.d/a');
    write('Host newton\n IdentityFile ~/from-b\n', 'conf.d/b');
    write('IdentityFile ~/within\n', 'within');
    const text =
      'Include conf.d/*\nInclude gone\nHost einstein\n Include within\nHost newton\n Include within\n';
    assert.deepEqual(await filesOf(text), ['from-a', 'within']);
    assert.deepEqual(await filesOf('IdentityFile ~/once\nInclude config\n'), ['once']);
  });

  it('evaluates the conditions of Match on the host', async () => {
    const entry = (condition: string, file: string) => `Match ${condition}\n IdentityFile ~/${file}\n`;
    const user = userInfo().username;
    assert.deepEqual(
      await filesOf(
        [
          entry('all', 'all'),
          entry('host newton,ein*', 'host'),
          entry(`originalhost einstein localuser ${user}`, 'both'),
          entry('host newton', 'no-1'),
          entry('host einstein localuser nobody-at-all', 'no-2'),
          entry('host einstein canonical', 'no-3'),
          entry('!host newton', 'no-4'),
        ].join(''),
      ),
      ['all', 'host', 'both'],
    );
  });

  it('runs no command of the file', async () => {
    const trace = join(folder, 'was-run');
    const run = `touch ${trace}`;
    const files = await filesOf(
      [
        `Match host einstein exec "${run}"\n IdentityFile ~/a\n`,
        `Match exec "${run}"\n IdentityFile ~/b\n`,
        `Host einstein\n ProxyCommand ${run}\n KnownHostsCommand ${run}\n LocalCommand ${run}\n`,
        ' CanonicalizeHostName yes\n CanonicalDomains example.org example.com\n IdentityFile ~/c\n',
        `Include "$(${run})" \`${run}\`\n`,
      ].join(''),
    );
    assert.deepEqual(files, ['c']);
    assert.equal(existsSync(trace), false);
  });

  it('rejects where the file cannot be read', async () => {
    await assert.rejects(settings('Host "einstein\n'), /line break/);
    mkdirSync(join(home, '.ssh', 'sub'));
    await assert.rejects(settings('Include sub\n'), /EISDIR/);
  });
});
