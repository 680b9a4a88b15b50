import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { Account, type AccountDeps } from '../../src/account/account';
import type { FoundKey } from '../../src/account/foundKeys';
import { AccountListCache } from '../../src/account/listCache';
import { ApiError } from '../../src/api/apiErrors';
import { computerFrom, sameComputer } from '../../src/computers/computer';
import { wire } from '../unit/support/computers';
import { RecordingLog } from '../unit/support/recordingLog';
import { Memory, Secrets } from './support/storage';

const here = 'http://127.0.0.1:8787';
const elsewhere = 'http://127.0.0.1:9999';
const acme = { id: 'org_acme', name: 'Acme' };

/** An account with stores and settings that the test controls; it records the account's events. */
class AccountHarness {
  readonly secrets: Secrets;
  readonly memory: Memory;
  readonly home: string;
  readonly log = new RecordingLog();
  /** Events in order: `switched`, and the states. */
  readonly events: string[] = [];
  readonly account: Account;
  baseUrl: string | undefined = here;

  constructor(
    readonly environment: AccountDeps['environment'] = {},
    { secrets = new Secrets(), memory = new Memory(), home = newHome() } = {},
  ) {
    this.secrets = secrets;
    this.memory = memory;
    this.home = home;
    const { log } = this;
    this.account = new Account({ secrets, memory, baseUrl: () => this.baseUrl, environment, home, log });
    this.account.onDidSwitch(() => this.events.push('switched'));
    this.account.onDidChange(({ kind }) => this.events.push(kind));
  }

  /** The account of the same user in another window, or after a restart. */
  reopened(environment = this.environment): AccountHarness {
    return new AccountHarness(environment, this);
  }

  /** The key of API calls. */
  async key(): Promise<string | undefined> {
    return (await this.account.credentials())?.apiKey;
  }

  async loaded(): Promise<string> {
    await this.account.load();
    return this.account.state.kind;
  }

  /** Signs in with a key that is found, as the user who chooses it. */
  async choose(source: FoundKey['source']): Promise<void> {
    const { keys } = await this.account.findKeys();
    await this.account.signInWith(keys.find((key) => key.source === source)!);
  }

  /** Writes the file of the CLI 0.1. */
  writeCliLogin(content: object): void {
    const file = join(this.home, '.celesto', 'credentials');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(content), { mode: 0o600 });
  }

  logOutOfCli(): void {
    rmSync(join(this.home, '.celesto', 'credentials'));
  }
}

const homes: string[] = [];

function newHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'celesto-home-'));
  homes.push(home);
  return home;
}

/** A window of a user who has chosen the key of the environment in an earlier one. */
async function agreed(environment = { CELESTO_API_KEY: 'from-env' }): Promise<AccountHarness> {
  const earlier = new AccountHarness(environment);
  await earlier.choose('environment');
  return earlier.reopened();
}

describe('the account', () => {
  after(() => homes.forEach((home) => rmSync(home, { recursive: true, force: true })));

  describe('before its first use', () => {
    it('touches neither the secret store nor the memory', () => {
      const harness = new AccountHarness({ CELESTO_API_KEY: 'from-env' });
      assert.equal(harness.account.state.kind, 'unknown');
      assert.deepEqual(harness.secrets.calls, []);
      assert.equal(harness.memory.reads, 0);
    });

    it('ignores changes from outside', async () => {
      const harness = new AccountHarness();
      harness.secrets.change('celesto.apiKey whatever');
      await harness.account.reload();
      assert.equal(harness.account.state.kind, 'unknown');
      assert.deepEqual(harness.events, []);
    });
  });

  describe('key', () => {
    it('is signed out where there is none', async () => {
      const harness = new AccountHarness();
      assert.equal(await harness.loaded(), 'signedOut');
      assert.equal(await harness.account.credentials(), undefined);
      assert.deepEqual(harness.events, ['signedOut']);
    });

    for (const empty of ['', '  \n']) {
      it(`in the environment is ignored when it is ${JSON.stringify(empty)}`, async () => {
        assert.equal(await new AccountHarness({ CELESTO_API_KEY: empty }).loaded(), 'signedOut');
      });
    }

    it('comes from the environment, where none is stored', async () => {
      const harness = await agreed({ CELESTO_API_KEY: ' from-env ' });
      assert.equal(await harness.loaded(), 'signedIn');
      assert.equal(await harness.key(), 'from-env');
    });

    it('that the user gave precedes that of the environment, also after a restart', async () => {
      const harness = new AccountHarness({ CELESTO_API_KEY: 'from-env' });
      await harness.account.signIn('given');
      assert.equal(await harness.key(), 'given');
      assert.deepEqual(harness.events, ['switched', 'signedIn']);
      const later = harness.reopened();
      assert.equal(await later.loaded(), 'signedIn');
      assert.equal(await later.key(), 'given');
    });

    it('of the environment is not stored on sign-in with it', async () => {
      const harness = new AccountHarness({ CELESTO_API_KEY: 'from-env' });
      await harness.choose('environment');
      assert.equal(await harness.key(), 'from-env');
      assert.deepEqual(harness.secrets.values, new Map());
    });

    it('of the environment replaces a stored one on sign-in with it', async () => {
      const harness = new AccountHarness({ CELESTO_API_KEY: 'from-env' });
      await harness.account.signIn('given');
      await harness.choose('environment');
      assert.equal(await harness.key(), 'from-env');
      assert.equal(await harness.reopened({}).loaded(), 'signedOut');
    });

    it('is sent only to the address that it was given for', async () => {
      const harness = new AccountHarness();
      await harness.account.signIn('given');
      harness.baseUrl = elsewhere;
      await harness.account.reload();
      assert.equal(harness.account.state.kind, 'signedOut');
      assert.equal(await harness.account.credentials(), undefined);
      harness.baseUrl = here;
      await harness.account.reload();
      assert.deepEqual(await harness.account.credentials(), {
        baseUrl: here,
        apiKey: 'given',
        organization: undefined,
      });
    });

    it('is the same for each spelling of the address', async () => {
      const harness = new AccountHarness();
      await harness.account.signIn('given');
      harness.baseUrl = `${here}/v1/`;
      assert.equal(await harness.key(), 'given');
    });

    it('is a secret for the log, from either source', async () => {
      const harness = new AccountHarness({ CELESTO_API_KEY: 'from-env' });
      await harness.account.signIn('given');
      await harness.key();
      assert.deepEqual([...harness.account.secrets()].sort(), ['from-env', 'given']);
    });
  });

  describe('key that is found', () => {
    const environment = { CELESTO_API_KEY: 'from-env' };
    const login = { api_key: 'cli-key', email: 'ada@example.com', base_url: elsewhere };

    it('is not used before the user has chosen it', async () => {
      const harness = new AccountHarness(environment);
      harness.writeCliLogin(login);
      assert.equal(await harness.loaded(), 'signedOut');
      assert.equal(await harness.account.credentials(), undefined);
    });

    it('of the environment is asked about again for another host, and when it changes', async () => {
      const before = await agreed();
      assert.equal(await before.reopened().loaded(), 'signedIn');
      assert.equal(await before.reopened({ CELESTO_API_KEY: 'changed' }).loaded(), 'signedOut');
      const moved = before.reopened();
      moved.baseUrl = elsewhere;
      assert.equal(await moved.loaded(), 'signedOut');
      assert.equal(await before.reopened().loaded(), 'signedIn');
    });

    it('of the CLI goes to its own address alone, whatever the environment names', async () => {
      const harness = new AccountHarness({ ...environment, CELESTO_BASE_URL: here });
      harness.baseUrl = undefined;
      harness.writeCliLogin(login);
      await harness.choose('cli');
      const { baseUrl, apiKey } = (await harness.account.credentials())!;
      assert.deepEqual([baseUrl, apiKey], [elsewhere, 'cli-key']);
      assert.equal(harness.account.baseUrl(), elsewhere);
      assert.deepEqual(harness.secrets.values, new Map());
    });

    it('of the CLI is signed out here when the CLI signs out, and back with the same key', async () => {
      const harness = new AccountHarness(environment);
      harness.baseUrl = undefined;
      harness.writeCliLogin(login);
      await harness.choose('cli');
      harness.logOutOfCli();
      assert.equal(await harness.account.credentials(), undefined);
      assert.equal(await harness.loaded(), 'signedOut');
      assert.deepEqual(harness.events, ['switched', 'signedIn', 'switched', 'signedOut']);
      harness.writeCliLogin(login);
      await harness.account.reload();
      assert.equal(await harness.key(), 'cli-key');
    });

    it('of the CLI is asked about again after another login of it', async () => {
      const harness = new AccountHarness();
      harness.baseUrl = undefined;
      harness.writeCliLogin(login);
      await harness.choose('cli');
      harness.writeCliLogin({ ...login, api_key: 'other-key' });
      assert.equal(await harness.reopened().loaded(), 'signedOut');
      harness.writeCliLogin({ ...login, base_url: here });
      assert.equal(await harness.reopened().loaded(), 'signedOut');
    });

    it('of the CLI is not used where the setting names another address, and that is told', async () => {
      const harness = new AccountHarness();
      harness.writeCliLogin(login);
      const { keys, problems } = await harness.account.findKeys();
      assert.deepEqual(keys, []);
      assert.match(
        problems.join(),
        /is for 127\.0\.0\.1:9999, but celesto\.baseUrl names 127\.0\.0\.1:8787\./,
      );
      harness.baseUrl = undefined;
      await harness.choose('cli');
      harness.baseUrl = here;
      assert.equal(await harness.account.credentials(), undefined);
      harness.baseUrl = `${elsewhere}/v1`;
      assert.equal(await harness.key(), 'cli-key');
    });

    it('is a secret for the log', async () => {
      const harness = new AccountHarness(environment);
      harness.baseUrl = undefined;
      harness.writeCliLogin(login);
      await harness.account.findKeys();
      assert.deepEqual(harness.account.secrets().filter(Boolean).sort(), ['cli-key', 'from-env']);
    });

    it('of the environment does not go to the address of the setting where it came with another', async () => {
      const harness = new AccountHarness({ ...environment, CELESTO_API_URL: elsewhere });
      const { keys, problems } = await harness.account.findKeys();
      assert.deepEqual(keys, []);
      assert.match(
        problems.join(),
        /The key in CELESTO_API_KEY is for 127\.0\.0\.1:9999, but celesto\.baseUrl/,
      );
      assert.equal(await harness.loaded(), 'signedOut');
    });

    it('gives way to one that is pasted, and is forgotten on sign-out', async () => {
      const harness = new AccountHarness();
      harness.writeCliLogin({ ...login, base_url: here });
      await harness.choose('cli');
      await harness.account.signIn('given');
      assert.equal(await harness.key(), 'given');
      await harness.choose('cli');
      assert.equal(await harness.key(), 'cli-key');
      await harness.account.signOut();
      assert.equal(await harness.reopened().loaded(), 'signedOut');
    });
  });

  describe('signing out', () => {
    it('forgets the key, and does not use that of the environment instead, nor after a restart', async () => {
      const harness = new AccountHarness({ CELESTO_API_KEY: 'from-env' });
      await harness.account.signIn('given');
      await harness.account.signOut();
      assert.equal(harness.account.state.kind, 'signedOut');
      assert.equal(await harness.account.credentials(), undefined);
      assert.deepEqual(harness.secrets.values, new Map());
      assert.equal(await harness.reopened().loaded(), 'signedOut');
    });

    it('fires the switch before the state, so that the list is cleared first', async () => {
      const harness = new AccountHarness();
      await harness.account.signIn('given');
      harness.events.length = 0;
      await harness.account.signOut();
      assert.deepEqual(harness.events, ['switched', 'signedOut']);
    });

    it('lasts until the next sign-in, also one with the key of the environment', async () => {
      const harness = await agreed();
      await harness.account.load();
      await harness.account.signOut();
      await harness.choose('environment');
      assert.equal(await harness.reopened().loaded(), 'signedIn');
    });
  });

  describe('address', () => {
    it('is the one in the settings, else the one of the environment, else the service itself', () => {
      const harness = new AccountHarness({ CELESTO_BASE_URL: `${elsewhere}/v1` });
      assert.equal(harness.account.baseUrl(), here);
      harness.baseUrl = '';
      assert.equal(harness.account.baseUrl(), elsewhere);
      const bare = new AccountHarness();
      bare.baseUrl = undefined;
      assert.equal(bare.account.baseUrl(), 'https://api.celesto.ai');
    });

    it('of the environment is agreed to once, before a key is entered for it', async () => {
      const environment = { CELESTO_API_URL: elsewhere };
      const harness = new AccountHarness(environment);
      assert.equal(harness.account.asksBeforeEntry(harness.account.enteredAddress()), false);
      harness.baseUrl = undefined;
      assert.equal(harness.account.asksBeforeEntry(harness.account.enteredAddress()), true);
      await harness.account.agreeToAddress(harness.account.enteredAddress());
      const later = harness.reopened();
      later.baseUrl = undefined;
      assert.equal(later.account.asksBeforeEntry(later.account.enteredAddress()), false);
    });

    it('of the environment is none where two variables disagree', async () => {
      const harness = new AccountHarness({ CELESTO_BASE_URL: here, CELESTO_API_URL: elsewhere });
      harness.baseUrl = undefined;
      assert.equal(await harness.loaded(), 'misconfigured');
      harness.baseUrl = here;
      assert.equal(await harness.loaded(), 'signedOut');
    });

    it('that is unsafe is reported, and no key is read', async () => {
      const harness = new AccountHarness({ CELESTO_API_KEY: 'from-env' });
      harness.baseUrl = 'http://example.com';
      assert.equal(await harness.loaded(), 'misconfigured');
      assert.deepEqual(harness.secrets.calls, []);
    });

    it('that is corrected leads back to being signed in', async () => {
      const harness = await agreed();
      harness.baseUrl = 'ftp://example.com';
      await harness.account.load();
      harness.baseUrl = here;
      await harness.account.reload();
      assert.deepEqual(harness.events, ['misconfigured', 'switched', 'signedIn']);
    });

    it('that is unsafe does not break the name of the organization', async () => {
      const harness = new AccountHarness();
      harness.baseUrl = 'http://example.com';
      await harness.account.load();
      assert.equal(harness.account.organization, undefined);
    });
  });

  describe('refused by the service', () => {
    const reason = new ApiError('auth', { status: 401 });

    /** Refuses the current credentials, as the service. */
    async function refuse({ account }: AccountHarness): Promise<void> {
      account.rejectCredentials(reason, (await account.credentials())!);
    }

    it('keeps the reason', async () => {
      const harness = await agreed();
      await harness.account.load();
      await refuse(harness);
      assert.deepEqual(harness.account.state, { kind: 'refused', reason });
    });

    it('is reported once, however many calls fail', async () => {
      const harness = await agreed();
      await harness.account.load();
      for (let i = 0; i < 3; i += 1) await refuse(harness);
      assert.deepEqual(harness.events, ['signedIn', 'switched', 'refused']);
    });

    it('is ignored after a sign-out', async () => {
      const harness = new AccountHarness();
      await harness.account.signIn('given');
      const given = (await harness.account.credentials())!;
      await harness.account.signOut();
      harness.account.rejectCredentials(reason, given);
      assert.equal(harness.account.state.kind, 'signedOut');
    });

    it('ends with another key', async () => {
      const harness = await agreed();
      await harness.account.load();
      await refuse(harness);
      await harness.account.signIn('better');
      assert.equal(harness.account.state.kind, 'signedIn');
    });

    it('is ignored for another key or organization than the current one', async () => {
      const harness = new AccountHarness();
      await harness.account.signIn('given');
      const given = (await harness.account.credentials())!;
      await harness.account.signIn('better');
      harness.account.rejectCredentials(reason, given);
      assert.equal(harness.account.state.kind, 'signedIn');
      const better = (await harness.account.credentials())!;
      await harness.account.setOrganization(acme);
      harness.account.rejectCredentials(reason, better);
      assert.equal(harness.account.state.kind, 'signedIn');
      await refuse(harness);
      assert.equal(harness.account.state.kind, 'refused');
    });
  });

  describe('organization', () => {
    it('is sent with every call, and is stored', async () => {
      const harness = await agreed();
      await harness.account.load();
      await harness.account.setOrganization(acme);
      assert.equal((await harness.account.credentials())?.organization, 'org_acme');
      assert.deepEqual(harness.events, ['signedIn', 'switched', 'signedIn']);
      assert.deepEqual(harness.reopened().account.organization, acme);
    });

    it('belongs to the key: another key starts in its own', async () => {
      const harness = await agreed();
      await harness.account.load();
      await harness.account.setOrganization(acme);
      await harness.account.signIn('another');
      assert.equal(harness.account.organization, undefined);
      await harness.account.setOrganization(acme);
      await harness.account.signOut();
      assert.equal(harness.account.organization, undefined);
    });
  });

  describe('this window', () => {
    it('that signs in and out fires each event once, so that the list is read once', async () => {
      const harness = new AccountHarness();
      await harness.account.load();
      await harness.account.signIn('given');
      await harness.secrets.settled();
      await harness.account.signOut();
      await harness.secrets.settled();
      assert.deepEqual(harness.events, ['signedOut', 'switched', 'signedIn', 'switched', 'signedOut']);
    });
  });

  describe('another window', () => {
    it('that signs in with another key switches here', async () => {
      const harness = new AccountHarness();
      await harness.account.signIn('given');
      await harness.secrets.settled();
      await harness.reopened().account.signIn('another');
      await harness.secrets.settled();
      assert.deepEqual(harness.events, ['switched', 'signedIn', 'switched', 'signedIn']);
      assert.equal(await harness.key(), 'another');
    });

    it('that signs in signs in here', async () => {
      const harness = new AccountHarness();
      await harness.account.load();
      await harness.reopened().account.signIn('given');
      await harness.secrets.settled();
      assert.deepEqual(harness.events, ['signedOut', 'switched', 'signedIn']);
      assert.equal(await harness.key(), 'given');
    });

    it('that signs out signs out here', async () => {
      const harness = new AccountHarness();
      await harness.account.signIn('given');
      await harness.reopened().account.signOut();
      await harness.secrets.settled();
      assert.equal(harness.account.state.kind, 'signedOut');
    });

    it('that changes some other secret does nothing here', async () => {
      const harness = new AccountHarness();
      await harness.account.load();
      harness.secrets.change('celesto.ssh.ownKey');
      await harness.secrets.settled();
      assert.deepEqual(harness.events, ['signedOut']);
    });

    it('is not listened to after dispose', () => {
      const harness = new AccountHarness();
      harness.account.dispose();
      assert.equal(harness.secrets.listeners, 0);
    });
  });

  describe('without a keyring', () => {
    const { showWarningMessage } = vscode.window;
    let warnings: string[];

    beforeEach(() => {
      warnings = [];
      const record = (text: string): Promise<undefined> => {
        warnings.push(text);
        return Promise.resolve(undefined);
      };
      Object.assign(vscode.window, { showWarningMessage: record });
    });

    afterEach(() => {
      Object.assign(vscode.window, { showWarningMessage });
    });

    function broken(): AccountHarness {
      const harness = new AccountHarness();
      harness.secrets.fails = true;
      return harness;
    }

    it('signs in until the window closes, and says so', async () => {
      const harness = broken();
      await harness.account.signIn('given');
      assert.equal(harness.account.state.kind, 'signedIn');
      assert.equal(await harness.key(), 'given');
      assert.equal(warnings.length, 1);
      assert.match(warnings[0]!, /no keyring.*until this window closes/);
      assert.match(harness.log.text, /secret store failed/);
      assert.doesNotMatch(harness.log.text, /given/);
    });

    it('signs out as well', async () => {
      const harness = broken();
      await harness.account.signIn('given');
      await harness.account.signOut();
      assert.equal(await harness.account.credentials(), undefined);
    });

    it('uses the key of the environment without a warning', async () => {
      const harness = await agreed();
      harness.secrets.fails = true;
      assert.equal(await harness.loaded(), 'signedIn');
      assert.deepEqual(warnings, []);
    });

    it('keeps the signed-in user, and does not use the key of the environment', async () => {
      const harness = new AccountHarness({ CELESTO_API_KEY: 'from-env' });
      await harness.account.signIn('given');
      await harness.key();
      harness.secrets.fails = true;
      assert.equal(await harness.key(), 'given');
      await harness.account.signOut();
      assert.equal(await harness.key(), undefined);
      assert.deepEqual(warnings, []);
    });

    it('reports once that the stored key cannot be read, and does not use that of the environment', async () => {
      const before = new AccountHarness({ CELESTO_API_KEY: 'from-env' });
      await before.account.signIn('given');
      const harness = before.reopened();
      harness.secrets.fails = true;
      assert.equal(await harness.loaded(), 'signedOut');
      assert.equal(await harness.key(), undefined);
      assert.equal(warnings.length, 1);
      assert.match(warnings[0]!, /could not be read from the keyring.*Unlock the keyring and refresh/);
      harness.secrets.fails = false;
      assert.equal(await harness.loaded(), 'signedIn');
      assert.equal(await harness.key(), 'given');
    });

    it('keeps such a key for its own address', async () => {
      const harness = broken();
      await harness.account.signIn('given');
      harness.baseUrl = elsewhere;
      assert.equal(await harness.key(), undefined);
    });
  });

  describe('cached list', () => {
    const list = [computerFrom(wire('cmp_1', 'running'))];

    it('is restored', async () => {
      const { account, memory } = await agreed();
      await account.load();
      new AccountListCache(memory, account).write(list);
      const [read] = new AccountListCache(memory, account).read();
      assert.ok(read && sameComputer(read, list[0]!));
    });

    it('can be cleared when the address becomes unsafe, before that state is fired', async () => {
      const harness = await agreed();
      const cache = new AccountListCache(harness.memory, harness.account);
      harness.account.onDidSwitch(() => cache.write([]));
      await harness.account.load();
      harness.baseUrl = 'http://example.com';
      await harness.account.reload();
      assert.deepEqual(harness.events, ['signedIn', 'switched', 'misconfigured']);
    });

    it('is not shown to another organization, nor at another address', async () => {
      const harness = await agreed();
      await harness.account.load();
      const cache = new AccountListCache(harness.memory, harness.account);
      cache.write(list);
      await harness.account.setOrganization(acme);
      assert.deepEqual(cache.read(), []);
      await harness.account.setOrganization(undefined);
      assert.equal(cache.read().length, 1);
      harness.baseUrl = elsewhere;
      assert.deepEqual(cache.read(), []);
    });
  });
});
