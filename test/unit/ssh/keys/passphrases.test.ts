import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ParsedKey } from 'ssh2';
import { type AskPassphrase, Passphrases } from '../../../../src/ssh/keys/passphrases';
import { deferred } from '../../support/deferred';

const key = {} as ParsedKey;
const file = { path: 'id', text: 'text', accepted: true };
const forever = new AbortController().signal;
const open = (passphrase: string): ParsedKey | undefined => (passphrase === 'right' ? key : undefined);

/** A person who gives these answers, and what they were asked. */
function person(...answers: (string | undefined)[]) {
  const asked: { triesLeft: number; wrong: boolean }[] = [];
  const ask: AskPassphrase = ({ triesLeft, wrong }) => {
    asked.push({ triesLeft, wrong });
    return Promise.resolve(answers.shift());
  };
  return { asked, passphrases: new Passphrases(ask) };
}

describe('Passphrases', () => {
  it('asks once, and again where the file has changed', async () => {
    const { asked, passphrases } = person('right', 'right');
    for (let count = 0; count < 3; count++) assert.equal(await passphrases.unlock(file, open, forever), key);
    assert.equal(asked.length, 1);
    await passphrases.unlock({ ...file, text: 'another' }, open, forever);
    assert.equal(asked.length, 2);
  });

  it('allows two wrong passphrases', async () => {
    const { asked, passphrases } = person('wrong', '', 'right');
    assert.equal(await passphrases.unlock(file, open, forever), key);
    assert.deepEqual(asked, [
      { triesLeft: 3, wrong: false },
      { triesLeft: 2, wrong: true },
      { triesLeft: 1, wrong: true },
    ]);
  });

  it('leaves the key locked after three wrong passphrases, until the next connection', async () => {
    const { asked, passphrases } = person('a', 'b', 'c', 'right');
    await assert.rejects(passphrases.unlock(file, open, forever), /3 wrong passphrases/);
    assert.equal(asked.length, 3);
    assert.equal(await passphrases.unlock(file, open, forever), key);
  });

  it('leaves the key locked where the user skips it', async () => {
    const { asked, passphrases } = person('wrong', undefined);
    await assert.rejects(passphrases.unlock(file, open, forever), /not given/);
    assert.equal(asked.length, 2);
  });

  it('asks once for all connections that wait, until the last of them aborts', async () => {
    const answer = deferred<string>();
    const questions: AbortSignal[] = [];
    const passphrases = new Passphrases((_question, signal) => {
      questions.push(signal);
      return answer.promise;
    });
    const [first, second] = [new AbortController(), new AbortController()];
    const waits = [first, second].map(({ signal }) => passphrases.unlock(file, open, signal));
    const ends = waits.map((wait) => assert.rejects(wait, { name: 'AbortError' }));
    first.abort();
    await ends[0];
    assert.deepEqual(
      questions.map(({ aborted }) => aborted),
      [false],
    );
    second.abort();
    await ends[1];
    assert.equal(questions[0]!.aborted, true);
  });
});
