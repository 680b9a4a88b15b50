import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { readCliKeys } from '../../../src/account/cliKeys';

const login = { api_key: 'cli-key', email: 'ada@example.com', base_url: 'https://api.celesto.ai' };
const key = { source: 'cli', apiKey: 'cli-key', origin: 'https://api.celesto.ai', email: 'ada@example.com' };

describe('the sign-in of the CLI', () => {
  let home: string;
  let file: string;
  let legacyFile: string;

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'celesto-home-'));
    file = join(home, '.celesto', 'credentials');
    legacyFile = join(home, '.config', 'celesto', 'credentials.json');
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const write = (path: string, content: unknown, mode = 0o600): void => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    chmodSync(path, mode);
  };
  const read = (environment = {}) => readCliKeys(home, environment);
  const problem = async (): Promise<string> => {
    const { keys, problems } = await read();
    assert.deepEqual([keys.length, problems.length], [0, 1]);
    return problems[0]!;
  };

  it('is none where there is no file', async () => {
    assert.deepEqual(await read(), { keys: [], problems: [] });
  });

  it('is read with its address and e-mail', async () => {
    write(file, login);
    assert.deepEqual(await read(), { keys: [key], problems: [] });
  });

  it('is read from the file of one generation alone where that is enough', async () => {
    write(file, login);
    write(legacyFile, 'no JSON');
    assert.deepEqual(await readCliKeys(home, {}, 'cli'), { keys: [key], problems: [] });
    const { keys, problems } = await readCliKeys(home, {}, 'legacyCli');
    assert.deepEqual([keys.length, problems.length], [0, 1]);
  });

  it('is read with a byte order mark, an address with /v1, and no e-mail', async () => {
    write(file, `\uFEFF${JSON.stringify({ ...login, email: null, base_url: 'https://api.celesto.ai/v1' })}`);
    assert.deepEqual(await read(), { keys: [{ ...key, email: undefined }], problems: [] });
  });

  it('of 0.0.14 is read for each address, without its preferences', async () => {
    write(legacyFile, {
      'api_key:https://api.celesto.ai/v1': 'old-key',
      'api_key:http://127.0.0.1:8421/v1': 'local-key',
      '__credential_store_preference__:api_key:https://api.celesto.ai/v1': 'file',
    });
    assert.deepEqual((await read()).keys, [
      { source: 'legacyCli', apiKey: 'old-key', origin: 'https://api.celesto.ai' },
      { source: 'legacyCli', apiKey: 'local-key', origin: 'http://127.0.0.1:8421' },
    ]);
  });

  it('of 0.0.14 is looked for in XDG_CONFIG_HOME first', async () => {
    write(join(home, 'xdg', 'celesto', 'credentials.json'), { 'api_key:https://api.celesto.ai/v1': 'xdg' });
    write(legacyFile, { 'api_key:https://api.celesto.ai/v1': 'other' });
    const { keys } = await read({ XDG_CONFIG_HOME: join(home, 'xdg') });
    assert.deepEqual(
      keys.map(({ apiKey }) => apiKey),
      ['xdg'],
    );
  });

  it('of 0.0.14 is never read from below the working directory', async () => {
    write(legacyFile, { 'api_key:https://api.celesto.ai/v1': 'old-key' });
    for (const folder of ['', '.', 'relative'])
      assert.equal((await read({ XDG_CONFIG_HOME: folder })).keys.length, 1);
  });

  it('of both generations is read, also where one file is refused', async () => {
    write(file, 'nonsense');
    write(legacyFile, { 'api_key:https://api.celesto.ai/v1': 'old-key' });
    const { keys, problems } = await read();
    assert.deepEqual([keys.length, problems.length], [1, 1]);
  });

  for (const content of [
    ...['', '{', 'celesto_sk_1', '[]', 'null', '"text"', '{}'],
    ...[
      { ...login, api_key: '' },
      { ...login, api_key: 7 },
      { ...login, base_url: null },
    ],
  ])
    it(`is refused as not the CLI's: ${JSON.stringify(content)}`, async () => {
      write(file, content);
      const text = await problem();
      assert.match(text, /It is not what the CLI writes\. Run "celesto auth login" again\.$/);
      assert.doesNotMatch(text, /cli-key|celesto_sk_1/);
    });

  for (const address of ['http://celesto.example', 'https://api.celesto.ai/elsewhere', 'nonsense'])
    it(`is refused with the address ${address}`, async () => {
      write(file, { ...login, base_url: address });
      assert.match(await problem(), /The service address .* Run "celesto auth login" again\.$/);
    });

  // Windows has no mode bits.
  if (process.platform !== 'win32') {
    for (const mode of [0o640, 0o604, 0o644, 0o660])
      it(`is refused where others can read it: ${mode.toString(8)}`, async () => {
        write(file, login, mode);
        assert.match(
          await problem(),
          /credentials is not used: other users can read it\. Run "chmod 600" on it/,
        );
      });

    it('is refused as a link, a folder and a pipe', async () => {
      write(join(home, 'elsewhere'), login);
      mkdirSync(dirname(file));
      symlinkSync(join(home, 'elsewhere'), file);
      assert.match(await problem(), /it is a link or not a file/);
      rmSync(file);
      mkdirSync(file);
      assert.match(await problem(), /it is a link or not a file/);
      rmSync(file, { recursive: true });
      execFileSync('mkfifo', ['-m', '600', file]);
      assert.match(await problem(), /it is a link or not a file/);
    });
  }

  it('is refused when it is too large', async () => {
    write(file, { ...login, filler: 'x'.repeat(70_000) });
    assert.match(await problem(), /it is too large/);
  });
});
