import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { Account, type AccountDeps } from '../../src/account/account';
import { AccountListCache } from '../../src/account/listCache';
import { ApiError } from '../../src/api/errors';
import { computerFrom, sameComputer } from '../../src/computers/computer';
import { wire } from '../unit/support/computers';
import { RecordingLog } from '../unit/support/recordingLog';
import { Memory, Secrets } from './support/storage';

const here = 'http://127.0.0.1:8787';
const elsewhere = 'http://127.0.0.1:9999';
const acme = { id: 'org_acme', name: 'Acme' };

/** An account with all around it in the hand of a test. */
class Stage {
  readonly secrets: Secrets;
  readonly memory: Memory;
  readonly log = new RecordingLog();
  /** What the account told, in order: `switched`, and the states. */
  readonly told: string[] = [];
  readonly account: Account;
  baseUrl: string | undefined = here;

  constructor(
    readonly environment: AccountDeps['environment'] = {},
    { secrets = new Secrets(), memory = new Memory() } = {},
  ) {
    this.secrets = secrets;
    this.memory = memory;
    const { log } = this;
    this.account = new Account({ secrets, memory, baseUrl: () => this.baseUrl, environment, log });
    this.account.onDidSwitch(() => this.told.push('switched'));
    this.account.onDidChange(({ kind }) => this.told.push(kind));
  }

  /** The same person in another window, or the next day. */
  again(environment = this.environment): Stage {
    return new Stage(environment, this);
  }

  /** The key that the service is called with. */
  async key(): Promise<string | undefined> {
    return (await this.account.credentials())?.apiKey;
  }

  async loaded(): Promise<string> {
    await this.account.load();
    return this.account.state.kind;
  }
}

describe('the account', () => {
  describe('before anybody asks', () => {
    it('touches neither the secret store nor the memory', () => {
      const stage = new Stage({ CELESTO_API_KEY: 'from-env' });
      assert.equal(stage.account.state.kind, 'unknown');
      assert.deepEqual(stage.secrets.calls, []);
      assert.equal(stage.memory.reads, 0);
    });

    it('lets changes from outside be', async () => {
      const stage = new Stage();
      stage.secrets.change('celesto.apiKey whatever');
      await stage.account.reload();
      assert.equal(stage.account.state.kind, 'unknown');
      assert.deepEqual(stage.told, []);
    });
  });

  describe('key', () => {
    it('is nobody, where there is none', async () => {
      const stage = new Stage();
      assert.equal(await stage.loaded(), 'signedOut');
      assert.equal(await stage.account.credentials(), undefined);
      assert.deepEqual(stage.told, ['signedOut']);
    });

    for (const empty of ['', '  \n']) {
      it(`in the environment counts for none when it is ${JSON.stringify(empty)}`, async () => {
        assert.equal(await new Stage({ CELESTO_API_KEY: empty }).loaded(), 'signedOut');
      });
    }

    it('comes from the environment, where none is stored', async () => {
      const stage = new Stage({ CELESTO_API_KEY: ' from-env ' });
      assert.equal(await stage.loaded(), 'signedIn');
      assert.equal(await stage.key(), 'from-env');
    });

    it('that was given counts before that of the environment, the next day too', async () => {
      const stage = new Stage({ CELESTO_API_KEY: 'from-env' });
      await stage.account.signIn('given');
      assert.equal(await stage.key(), 'given');
      assert.deepEqual(stage.told, ['switched', 'signedIn']);
      const later = stage.again();
      assert.equal(await later.loaded(), 'signedIn');
      assert.equal(await later.key(), 'given');
    });

    it('of the environment is not stored when it is the one to sign in with', async () => {
      const stage = new Stage({ CELESTO_API_KEY: 'from-env' });
      await stage.account.signIn('from-env');
      assert.equal(await stage.key(), 'from-env');
      assert.deepEqual(stage.secrets.values, new Map());
    });

    it('of the environment takes the place of one that was given, when it is the one to sign in with', async () => {
      const stage = new Stage({ CELESTO_API_KEY: 'from-env' });
      await stage.account.signIn('given');
      await stage.account.signIn('from-env');
      assert.equal(await stage.key(), 'from-env');
      assert.equal(await stage.again({}).loaded(), 'signedOut');
    });

    it('is sent to no address but the one it was given for', async () => {
      const stage = new Stage();
      await stage.account.signIn('given');
      stage.baseUrl = elsewhere;
      await stage.account.reload();
      assert.equal(stage.account.state.kind, 'signedOut');
      assert.equal(await stage.account.credentials(), undefined);
      stage.baseUrl = here;
      await stage.account.reload();
      assert.deepEqual(await stage.account.credentials(), {
        baseUrl: here,
        apiKey: 'given',
        organization: undefined,
      });
    });

    it('is the same however the address is spelled', async () => {
      const stage = new Stage();
      await stage.account.signIn('given');
      stage.baseUrl = `${here}/v1/`;
      assert.equal(await stage.key(), 'given');
    });

    it('is known to the log as a secret, wherever it comes from', async () => {
      const stage = new Stage({ CELESTO_API_KEY: 'from-env' });
      await stage.account.signIn('given');
      await stage.key();
      assert.deepEqual([...stage.account.secrets()].sort(), ['from-env', 'given']);
    });
  });

  describe('signing out', () => {
    it('forgets the key, and does not take that of the environment instead, the next day neither', async () => {
      const stage = new Stage({ CELESTO_API_KEY: 'from-env' });
      await stage.account.signIn('given');
      await stage.account.signOut();
      assert.equal(stage.account.state.kind, 'signedOut');
      assert.equal(await stage.account.credentials(), undefined);
      assert.deepEqual(stage.secrets.values, new Map());
      assert.equal(await stage.again().loaded(), 'signedOut');
    });

    it('is told as a switch, before the state, so that the list goes first', async () => {
      const stage = new Stage();
      await stage.account.signIn('given');
      stage.told.length = 0;
      await stage.account.signOut();
      assert.deepEqual(stage.told, ['switched', 'signedOut']);
    });

    it('lasts until the next sign-in, which may be with the key of the environment', async () => {
      const stage = new Stage({ CELESTO_API_KEY: 'from-env' });
      await stage.account.load();
      await stage.account.signOut();
      await stage.account.signIn('from-env');
      assert.equal(await stage.again().loaded(), 'signedIn');
    });
  });

  describe('address', () => {
    it('is the one in the settings, else the one of the environment, else the service itself', () => {
      const stage = new Stage({ CELESTO_BASE_URL: `${elsewhere}/v1` });
      assert.equal(stage.account.baseUrl(), here);
      stage.baseUrl = '';
      assert.equal(stage.account.baseUrl(), elsewhere);
      const bare = new Stage();
      bare.baseUrl = undefined;
      assert.equal(bare.account.baseUrl(), 'https://api.celesto.ai');
    });

    it('that is not safe is told as such, and no key is looked up', async () => {
      const stage = new Stage({ CELESTO_API_KEY: 'from-env' });
      stage.baseUrl = 'http://example.com';
      assert.equal(await stage.loaded(), 'misconfigured');
      assert.deepEqual(stage.secrets.calls, []);
    });

    it('that was mended leads back to being signed in', async () => {
      const stage = new Stage({ CELESTO_API_KEY: 'from-env' });
      stage.baseUrl = 'ftp://example.com';
      await stage.account.load();
      stage.baseUrl = here;
      await stage.account.reload();
      assert.deepEqual(stage.told, ['misconfigured', 'switched', 'signedIn']);
    });

    it('that is not safe does not break the name of the organization', async () => {
      const stage = new Stage();
      stage.baseUrl = 'http://example.com';
      await stage.account.load();
      assert.equal(stage.account.organization, undefined);
    });
  });

  describe('refused by the service', () => {
    const reason = new ApiError('auth', { status: 401 });

    /** The service refuses what a call is made with now. */
    async function refuse({ account }: Stage): Promise<void> {
      account.rejectCredentials(reason, (await account.credentials())!);
    }

    it('keeps the reason', async () => {
      const stage = new Stage({ CELESTO_API_KEY: 'from-env' });
      await stage.account.load();
      await refuse(stage);
      assert.deepEqual(stage.account.state, { kind: 'refused', reason });
    });

    it('is told once, however many calls fail', async () => {
      const stage = new Stage({ CELESTO_API_KEY: 'from-env' });
      await stage.account.load();
      for (let i = 0; i < 3; i += 1) await refuse(stage);
      assert.deepEqual(stage.told, ['signedIn', 'switched', 'refused']);
    });

    it('does nothing to somebody who has signed out meanwhile', async () => {
      const stage = new Stage();
      await stage.account.signIn('given');
      const given = (await stage.account.credentials())!;
      await stage.account.signOut();
      stage.account.rejectCredentials(reason, given);
      assert.equal(stage.account.state.kind, 'signedOut');
    });

    it('ends with another key', async () => {
      const stage = new Stage({ CELESTO_API_KEY: 'from-env' });
      await stage.account.load();
      await refuse(stage);
      await stage.account.signIn('better');
      assert.equal(stage.account.state.kind, 'signedIn');
    });

    it('does nothing to another key, nor in another organization, where the answer comes that late', async () => {
      const stage = new Stage();
      await stage.account.signIn('given');
      const given = (await stage.account.credentials())!;
      await stage.account.signIn('better');
      stage.account.rejectCredentials(reason, given);
      assert.equal(stage.account.state.kind, 'signedIn');
      const better = (await stage.account.credentials())!;
      await stage.account.setOrganization(acme);
      stage.account.rejectCredentials(reason, better);
      assert.equal(stage.account.state.kind, 'signedIn');
      await refuse(stage);
      assert.equal(stage.account.state.kind, 'refused');
    });
  });

  describe('organization', () => {
    it('goes with every call, and is remembered', async () => {
      const stage = new Stage({ CELESTO_API_KEY: 'from-env' });
      await stage.account.load();
      await stage.account.setOrganization(acme);
      assert.equal((await stage.account.credentials())?.organization, 'org_acme');
      assert.deepEqual(stage.told, ['signedIn', 'switched', 'signedIn']);
      assert.deepEqual(stage.again().account.organization, acme);
    });

    it('belongs to the key: another one begins in its own', async () => {
      const stage = new Stage({ CELESTO_API_KEY: 'from-env' });
      await stage.account.load();
      await stage.account.setOrganization(acme);
      await stage.account.signIn('another');
      assert.equal(stage.account.organization, undefined);
      await stage.account.setOrganization(acme);
      await stage.account.signOut();
      assert.equal(stage.account.organization, undefined);
    });
  });

  describe('this window', () => {
    it('that signs in and out tells each once, so that the list is read once', async () => {
      const stage = new Stage();
      await stage.account.load();
      await stage.account.signIn('given');
      await stage.secrets.settled();
      await stage.account.signOut();
      await stage.secrets.settled();
      assert.deepEqual(stage.told, ['signedOut', 'switched', 'signedIn', 'switched', 'signedOut']);
    });
  });

  describe('another window', () => {
    it('that signs in with another key switches here', async () => {
      const stage = new Stage();
      await stage.account.signIn('given');
      await stage.secrets.settled();
      await stage.again().account.signIn('another');
      await stage.secrets.settled();
      assert.deepEqual(stage.told, ['switched', 'signedIn', 'switched', 'signedIn']);
      assert.equal(await stage.key(), 'another');
    });

    it('that signs in signs in here', async () => {
      const stage = new Stage();
      await stage.account.load();
      await stage.again().account.signIn('given');
      await stage.secrets.settled();
      assert.deepEqual(stage.told, ['signedOut', 'switched', 'signedIn']);
      assert.equal(await stage.key(), 'given');
    });

    it('that signs out signs out here', async () => {
      const stage = new Stage();
      await stage.account.signIn('given');
      await stage.again().account.signOut();
      await stage.secrets.settled();
      assert.equal(stage.account.state.kind, 'signedOut');
    });

    it('that changes some other secret does nothing here', async () => {
      const stage = new Stage();
      await stage.account.load();
      stage.secrets.change('celesto.ssh.ownKey');
      await stage.secrets.settled();
      assert.deepEqual(stage.told, ['signedOut']);
    });

    it('is not listened to after the end', () => {
      const stage = new Stage();
      stage.account.dispose();
      assert.equal(stage.secrets.listeners, 0);
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

    function broken(environment = {}): Stage {
      const stage = new Stage(environment);
      stage.secrets.fails = true;
      return stage;
    }

    it('signs in for as long as the window is open, and says so', async () => {
      const stage = broken();
      await stage.account.signIn('given');
      assert.equal(stage.account.state.kind, 'signedIn');
      assert.equal(await stage.key(), 'given');
      assert.equal(warnings.length, 1);
      assert.match(warnings[0]!, /no keyring.*until this window closes/);
      assert.match(stage.log.text, /secret store failed/);
      assert.doesNotMatch(stage.log.text, /given/);
    });

    it('signs out all the same', async () => {
      const stage = broken();
      await stage.account.signIn('given');
      await stage.account.signOut();
      assert.equal(await stage.account.credentials(), undefined);
    });

    it('takes the key of the environment, without a word', async () => {
      const stage = broken({ CELESTO_API_KEY: 'from-env' });
      assert.equal(await stage.loaded(), 'signedIn');
      assert.deepEqual(warnings, []);
    });

    it('works on as the person that was signed in, and not with the key of the environment', async () => {
      const stage = new Stage({ CELESTO_API_KEY: 'from-env' });
      await stage.account.signIn('given');
      await stage.key();
      stage.secrets.fails = true;
      assert.equal(await stage.key(), 'given');
      await stage.account.signOut();
      assert.equal(await stage.key(), undefined);
      assert.deepEqual(warnings, []);
    });

    it('says that the key of last time cannot be had, once, and does not take that of the environment', async () => {
      const before = new Stage({ CELESTO_API_KEY: 'from-env' });
      await before.account.signIn('given');
      const stage = before.again();
      stage.secrets.fails = true;
      assert.equal(await stage.loaded(), 'signedOut');
      assert.equal(await stage.key(), undefined);
      assert.equal(warnings.length, 1);
      assert.match(warnings[0]!, /does not give your API key.*Unlock it and refresh/);
      stage.secrets.fails = false;
      assert.equal(await stage.loaded(), 'signedIn');
      assert.equal(await stage.key(), 'given');
    });

    it('keeps such a key for its own address', async () => {
      const stage = broken();
      await stage.account.signIn('given');
      stage.baseUrl = elsewhere;
      assert.equal(await stage.key(), undefined);
    });
  });

  describe("'s list of last time", () => {
    const list = [computerFrom(wire('cmp_1', 'running'))];

    it('is there again', async () => {
      const { account, memory } = new Stage({ CELESTO_API_KEY: 'from-env' });
      await account.load();
      new AccountListCache(memory, account).write(list);
      const [read] = new AccountListCache(memory, account).read();
      assert.ok(read && sameComputer(read, list[0]!));
    });

    it('can be emptied when the address turns out not to be safe, and everybody hears of that', async () => {
      const stage = new Stage({ CELESTO_API_KEY: 'from-env' });
      const cache = new AccountListCache(stage.memory, stage.account);
      stage.account.onDidSwitch(() => cache.write([]));
      await stage.account.load();
      stage.baseUrl = 'http://example.com';
      await stage.account.reload();
      assert.deepEqual(stage.told, ['signedIn', 'switched', 'misconfigured']);
    });

    it('is not shown to another organization, nor at another address', async () => {
      const stage = new Stage({ CELESTO_API_KEY: 'from-env' });
      await stage.account.load();
      const cache = new AccountListCache(stage.memory, stage.account);
      cache.write(list);
      await stage.account.setOrganization(acme);
      assert.deepEqual(cache.read(), []);
      await stage.account.setOrganization(undefined);
      assert.equal(cache.read().length, 1);
      stage.baseUrl = elsewhere;
      assert.deepEqual(cache.read(), []);
    });
  });
});
