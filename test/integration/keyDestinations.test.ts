import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Account } from '../../src/account/account';
import { CelestoClient } from '../../src/api/client';
import { Http } from '../../src/api/http';
import { RecordingLog } from '../unit/support/recordingLog';
import { Memory, Secrets } from './support/storage';

/** A host that keeps the keys it was sent. */
interface Host {
  readonly url: string;
  readonly keys: string[];
  readonly server: Server;
}

const places = ['setting', 'CELESTO_BASE_URL', 'CELESTO_API_URL', 'cli', 'legacyCli'] as const;
type Place = (typeof places)[number];

async function startHost(): Promise<Host> {
  const keys: string[] = [];
  const server = createServer(({ headers }, response) => {
    keys.push(String(headers.authorization).replace('Bearer ', ''));
    response.setHeader('content-type', 'application/json').end('[]');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, keys, server };
}

describe('a key is sent to no other host than its own', () => {
  const hosts = new Map<Place, Host>();
  let home: string;

  before(async () => {
    for (const place of places) hosts.set(place, await startHost());
  });
  after(() => hosts.forEach(({ server }) => server.close()));

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'celesto-home-'));
    for (const { keys } of hosts.values()) keys.length = 0;
    write(['.celesto', 'credentials'], { api_key: 'key-cli', base_url: urlOf('cli') });
    write(['.config', 'celesto', 'credentials.json'], {
      [`api_key:${urlOf('legacyCli')}/v1`]: 'key-legacyCli',
    });
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const urlOf = (place: Place): string => hosts.get(place)!.url;

  const write = (path: readonly string[], content: object): void => {
    const file = join(home, ...path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(content), { mode: 0o600 });
  };

  /** An account whose address comes from one place, with every key that can be found. */
  function accountWith(place: Place | undefined): { account: Account; client: CelestoClient } {
    const log = new RecordingLog();
    const environment = {
      CELESTO_API_KEY: 'key-environment',
      ...(place?.startsWith('CELESTO_') && { [place]: `${urlOf(place)}/v1` }),
    };
    const baseUrl = (): string | undefined => (place === 'setting' ? urlOf('setting') : undefined);
    const account = new Account({
      ...{ environment, home, baseUrl, log },
      secrets: new Secrets(),
      memory: new Memory(),
    });
    return { account, client: new CelestoClient(new Http(log), () => account.credentials()) };
  }

  /** The hosts that were sent a key, each with the keys. */
  const sent = (): Partial<Record<Place, string[]>> =>
    Object.fromEntries([...hosts].flatMap(([place, { keys }]) => (keys.length > 0 ? [[place, keys]] : [])));

  for (const place of ['setting', 'CELESTO_BASE_URL', 'CELESTO_API_URL'] as const) {
    it(`with the address of ${place}: none before the user chooses one`, async () => {
      const { account, client } = accountWith(place);
      await account.findKeys();
      await assert.rejects(client.organizations());
      assert.deepEqual(sent(), {});
    });

    it(`with the address of ${place}: the key of the environment, and a pasted one`, async () => {
      const { account, client } = accountWith(place);
      const { keys } = await account.findKeys();
      await account.signInWith(keys.find(({ source }) => source === 'environment')!);
      await client.organizations();
      await account.signIn('key-pasted');
      await client.organizations();
      assert.deepEqual(sent(), { [place]: ['key-environment', 'key-pasted'] });
    });
  }

  for (const place of [undefined, 'CELESTO_BASE_URL', 'CELESTO_API_URL'] as const)
    for (const source of ['cli', 'legacyCli'] as const)
      it(`the key of ${source}, with the address of ${place ?? 'the default'}`, async () => {
        const { account, client } = accountWith(place);
        const { keys } = await account.findKeys();
        await account.signInWith(keys.find((key) => key.source === source)!);
        await client.organizations();
        assert.deepEqual(sent(), { [source]: [`key-${source}`] });
      });

  it('the keys of the CLI are not offered where the setting names another host', async () => {
    const { keys, problems } = await accountWith('setting').account.findKeys();
    assert.deepEqual(
      keys.map(({ source }) => source),
      ['environment'],
    );
    assert.equal(problems.length, 2);
  });
});
