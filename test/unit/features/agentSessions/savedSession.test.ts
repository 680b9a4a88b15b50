import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseSavedSession, SavedSessionError } from '../../../../src/features/agentSessions/savedSession';

const session = {
  type: 'celesto',
  computer_id: 'cmp_42',
  session_id: 'sess_7',
  delete_on_close: false,
  manifest: { root: '/home/ohm/project' },
};

describe('a saved session', () => {
  it('is the root of the file', () => {
    assert.deepEqual(parseSavedSession(JSON.stringify(session)), {
      computerId: 'cmp_42',
      sessionId: 'sess_7',
      root: '/home/ohm/project',
      deleteOnClose: false,
    });
  });

  it('has a printable id', () => {
    const named = (sessionId: unknown) =>
      parseSavedSession(JSON.stringify({ ...session, session_id: sessionId })).sessionId;
    assert.equal(named('sess\u202e\n7'), 'sess 7');
    assert.equal(named('x'.repeat(100))?.length, 64);
    assert.equal(named(' '), undefined);
    assert.equal(named(7), undefined);
  });

  it('is found at any depth', () => {
    const state = {
      version: 3,
      agents: [{ name: 'a', tools: [{ type: 'shell' }, { env: { inner: session } }] }],
    };
    assert.equal(parseSavedSession(JSON.stringify(state)).computerId, 'cmp_42');
  });

  it('is found below ten thousand levels', () => {
    let text = JSON.stringify(session);
    for (let level = 0; level < 10_000; level += 1) text = `[${text}]`;
    assert.equal(parseSavedSession(text).computerId, 'cmp_42');
  });

  it('may lack its id and directory', () => {
    assert.deepEqual(parseSavedSession('{"type":"celesto","computer_id":"cmp_1"}'), {
      computerId: 'cmp_1',
      sessionId: undefined,
      root: undefined,
      deleteOnClose: false,
    });
  });

  it('has no directory where the text is none', () => {
    for (const root of ['a\nb', 'a\0b', '', 'x'.repeat(2_000), 7]) {
      const text = JSON.stringify({ ...session, manifest: { root } });
      assert.equal(parseSavedSession(text).root, undefined, JSON.stringify(root).slice(0, 30));
    }
  });

  for (const [what, text, words] of [
    ['that is no JSON', '{"type": "celesto",', /not valid JSON/],
    ['of nothing', '', /not valid JSON/],
    ['of another kind', '{"type":"docker","computer_id":"x"}', /a saved session of a Celesto computer/],
    [
      'whose ID is a path',
      '{"type":"celesto","computer_id":"../../etc"}',
      /does not contain a valid computer ID/,
    ],
    ['whose ID is a number', '{"type":"celesto","computer_id":7}', /does not contain a valid computer ID/],
    // Looked through at once, however much is in it.
    ['of millions of values', `[${'0,'.repeat(4_000_000)}0]`, /a saved session of a Celesto computer/],
    ['of millions of levels', `${'['.repeat(4_000_000)}${']'.repeat(4_000_000)}`, /a saved session/],
    ['of 50 MB', `"${'x'.repeat(50_000_000)}"`, /too large/],
  ] as const) {
    it(`is rejected from a file ${what}`, () => {
      assert.throws(
        () => parseSavedSession(text),
        (error) => error instanceof SavedSessionError && words.test(error.message),
      );
    });
  }
});
