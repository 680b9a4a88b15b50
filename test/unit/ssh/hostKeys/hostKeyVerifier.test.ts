import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { parseEndpoint } from '../../../../src/ssh/connection/endpoint';
import type { PublicKey } from '../../../../src/ssh/hostKeys/fingerprint';
import { type ConfirmHostKey, HostKeyVerifier } from '../../../../src/ssh/hostKeys/hostKeyVerifier';
import { KnownComputers } from '../../../../src/ssh/hostKeys/knownComputers';
import type { KnownHostsVerdict } from '../../../../src/ssh/hostKeys/knownHosts';
import { HostKeyError } from '../../../../src/ssh/sshErrors';
import { RecordingLog } from '../../support/recordingLog';
import { sshComputer } from '../support/computer';
import { testFolder } from '../support/folder';
import { type KeyFile, makeKey } from '../support/keys';
import { MemoryRecords } from '../support/memory';

describe('HostKeyVerifier', () => {
  const folder = testFolder();
  const einstein = sshComputer('cmp_1');
  const endpoint = parseEndpoint(einstein.ssh!);
  const key = makeKey(folder, 'key');
  const second = makeKey(folder, 'second', '-t', 'ecdsa');
  const other = makeKey(folder, 'other');

  let known: KnownComputers;
  let log: RecordingLog;
  let questions: Parameters<ConfirmHostKey>[0][];
  let lookUps: number;
  let apiCalls: number;

  beforeEach(() => {
    known = new KnownComputers(new MemoryRecords());
    log = new RecordingLog();
    questions = [];
    lookUps = apiCalls = 0;
  });

  /** Shows a key to a trust whose other sources of truth say what is given. */
  async function show(
    shown: KeyFile,
    sources: { api?: KeyFile[]; knownHosts?: KnownHostsVerdict; person?: boolean } = {},
    computer = einstein,
  ): Promise<void> {
    const trust = new HostKeyVerifier(
      known,
      () => {
        lookUps += 1;
        return Promise.resolve(sources.knownHosts ?? 'unknown');
      },
      (question) => {
        questions.push(question);
        return Promise.resolve(sources.person ?? false);
      },
      log,
    );
    const api = (): Promise<PublicKey[]> => {
      apiCalls += 1;
      return Promise.resolve((sources.api ?? []).map(({ publicKey }) => publicKey));
    };
    await trust.verify(computer, endpoint, shown.publicKey.blob, api);
  }

  /** Checks a refusal: its kind, and that both fingerprints are in the sentence a person reads. */
  function refusal(problem: HostKeyError['problem'], shown: KeyFile, ...expected: KeyFile[]) {
    return (error: unknown): boolean => {
      assert.ok(error instanceof HostKeyError, String(error));
      assert.equal(error.problem, problem);
      for (const { fingerprint } of [shown, ...expected])
        assert.ok(error.message.includes(fingerprint), error.message);
      assert.deepEqual(
        error.expected,
        expected.map(({ fingerprint }) => fingerprint),
      );
      return true;
    };
  }

  it('accepts a key that the computer confirms over the API, without a question, and pins all its keys', async () => {
    await show(key, { api: [second, key] });
    await show(key);
    await show(second);
    assert.equal(apiCalls, 1);
    assert.deepEqual([lookUps, questions.length], [0, 0]);
    assert.deepEqual(log.lines, [], 'a first contact is no change of key');
  });

  it('refuses a key that the computer denies, on first contact too, whatever known_hosts or the user would say', async () => {
    const lax = { api: [key, second], knownHosts: 'known', person: true } as const;
    await assert.rejects(show(other, { ...lax, api: [key, second] }), refusal('changed', other, key, second));
    assert.deepEqual([lookUps, questions.length], [0, 0]);
    assert.deepEqual(known.get('cmp_1'), {}, 'nothing is pinned');
  });

  it('accepts a changed key that the API confirms, pins it instead, and writes it to the log', async () => {
    await show(key, { api: [key] });
    await show(other, { api: [other] });
    assert.match(log.text, /info cmp_1 .*new host key, confirmed by the API: SHA256:/);
    await show(other);
    await assert.rejects(show(key, { api: [other] }), refusal('changed', key, other));
  });

  it('refuses a changed key that the API does not confirm', async () => {
    await show(key, { api: [key] });
    await assert.rejects(show(other, { api: [key] }), refusal('changed', other, key));
    await show(key);
  });

  it('refuses a changed key where the computer cannot answer, without asking the user', async () => {
    await show(key, { api: [key, second] });
    await assert.rejects(
      show(other, { knownHosts: 'known', person: true }),
      refusal('unconfirmed', other, key, second),
    );
    assert.deepEqual([lookUps, questions.length], [0, 0]);
  });

  it('goes by known_hosts where the computer cannot answer', async () => {
    await show(key, { knownHosts: 'known' });
    assert.equal(questions.length, 0);
    await show(key);
    assert.equal(lookUps, 1, 'it is pinned');
  });

  it('refuses a key that known_hosts calls revoked', async () => {
    await assert.rejects(show(key, { knownHosts: 'revoked', person: true }), refusal('revoked', key));
    assert.equal(questions.length, 0);
  });

  for (const verdict of ['unknown', 'different'] as const) {
    it(`asks the user where known_hosts says ${verdict}, and remembers a yes`, async () => {
      await show(key, { knownHosts: verdict, person: true });
      assert.deepEqual(questions, [
        { computer: einstein, endpoint, type: 'ssh-ed25519', fingerprint: key.fingerprint },
      ]);
      await show(key);
      assert.equal(questions.length, 1);
    });

    it(`asks the user where known_hosts says ${verdict}, and again after a no`, async () => {
      await assert.rejects(show(key, { knownHosts: verdict }), refusal('declined', key));
      await assert.rejects(show(key, { knownHosts: verdict }), refusal('declined', key));
      assert.equal(questions.length, 2);
    });
  }

  it('pins by computer, not by address', async () => {
    await show(key, { api: [key] });
    await show(other, { api: [other] }, sshComputer('cmp_2'));
    await show(key);
    assert.equal(apiCalls, 2);
  });

  it('forgets a deleted computer, and no other', async () => {
    await show(key, { api: [key] });
    await show(key, { api: [key] }, sshComputer('cmp_2'));
    known.forget('cmp_1');
    known.forget('cmp_1');
    await show(other, { api: [other] });
    await show(key, {}, sshComputer('cmp_2'));
    assert.equal(log.text, '', 'a new contact, not a change of key');
  });

  it('logs no change of key where only the extension key was known', async () => {
    known.update('cmp_1', 'ssh', { installedKey: key.publicLine });
    await show(key, { api: [key] });
    assert.equal(log.text, '');
    assert.equal(known.get('cmp_1').ssh?.installedKey, key.publicLine, 'and that is still known');
  });

  it('rejects with the error of the API call, and pins nothing', async () => {
    const trust = new HostKeyVerifier(
      known,
      () => Promise.resolve('known'),
      () => Promise.resolve(true),
      log,
    );
    const gone = new Error('cancelled');
    await assert.rejects(
      trust.verify(einstein, endpoint, key.publicKey.blob, () => Promise.reject(gone)),
      gone,
    );
    assert.deepEqual(known.get('cmp_1'), {});
  });
});
