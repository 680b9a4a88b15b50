import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { readSavedSessions } from '../../../../src/features/agentSessions/readSavedSessions';
import type { SavedSession } from '../../../../src/features/agentSessions/savedSession';
import { SavedSessionError } from '../../../../src/features/agentSessions/savedSessionError';
import { savedSessionFacts } from './savedSessionFacts';

const folder = new URL('savedSessions/', import.meta.url);

type Json = Readonly<Record<string, unknown>>;

/** A state as Python saves it. */
const state = (computer: unknown, fields: Json = {}): Json => ({
  ...{ type: 'celesto', session_id: 'sess_7', computer_id: computer, delete_on_close: false },
  manifest: { root: `/srv/${String(computer)}` },
  ...fields,
});
/** The options of a session, which states are made from. */
const options = (computer: unknown): Json => ({
  ...{ type: 'celesto', computer_id: computer, start_timeout_seconds: 30, delete_on_close: false },
});
/** A state as JavaScript saves it. */
const envelope = (provider: unknown, fields: Json = {}): Json => ({
  ...{ version: 5, backendId: 'celesto', manifest: { root: '/srv/js' }, providerState: provider },
  ...fields,
});
/** A Python run whose agents have these states; the first is the current one. */
function run(states: Json, fields: Json = {}): Json {
  const [current] = Object.keys(states);
  const byAgent = Object.entries(states).map(([name, session]) => [
    ...[name, { agent_name: `agent ${name}`, session_state: session }],
  ]);
  return {
    $schemaVersion: '1.21',
    ...{ current_agent: { name: current }, original_input: 'hi' },
    sandbox: {
      ...{ backend_id: 'celesto', current_agent_key: current, current_agent_name: `agent ${current}` },
      session_state: states[current!],
      sessions_by_agent: Object.fromEntries(byAgent) as Json,
    },
    ...fields,
  };
}
/** The same of a JavaScript run. */
function jsRun(states: Json): Json {
  const [current] = Object.keys(states);
  const byAgent = Object.entries(states).map(([name, sessionState]) => [
    ...[name, { backendId: 'celesto', currentAgentName: `agent ${name}`, sessionState }],
  ]);
  return {
    $schemaVersion: '1.22',
    sandbox: {
      ...{ backendId: 'celesto', currentAgentKey: current, sessionState: states[current!] },
      sessionsByAgent: Object.fromEntries(byAgent) as Json,
    },
  };
}
const text = (value: unknown): string => JSON.stringify(value);
const lines = (...values: unknown[]): string => values.map(text).join('\n');

const sessionsOf = (content: string): readonly SavedSession[] => readSavedSessions(content).sessions;
const computersOf = (content: string): string[] => sessionsOf(content).map(({ computerId }) => computerId);

function assertRefused(content: string, reason: RegExp): void {
  assert.throws(
    () => readSavedSessions(content),
    (error) => error instanceof SavedSessionError && reason.test(error.message),
  );
}

describe('a session that an SDK saved', () => {
  it('is there for each of the facts', () => {
    assert.deepEqual(readdirSync(folder).toSorted(), Object.keys(savedSessionFacts).toSorted());
  });

  for (const [name, facts] of Object.entries(savedSessionFacts))
    it(`is ${facts instanceof RegExp ? 'refused' : 'found'} in ${name}`, () => {
      const content = readFileSync(new URL(name, folder), 'utf8');
      if (facts instanceof RegExp) {
        assertRefused(content, facts);
        return;
      }
      const { computer, root, agent, deletes = false, others = [] } = facts;
      const sessions = sessionsOf(content);
      assert.deepEqual(
        sessions.map(({ computerId }) => computerId),
        [computer, ...others],
      );
      const [first] = sessions;
      assert.deepEqual([first?.root, first?.agent, first?.deleteOnClose], [root, agent, deletes]);
    });
});

describe('the computer of a saved session', () => {
  const quoted = text(state('quoted'));

  for (const [where, content, computers] of [
    ['the current agent of a run', run({ a: state('one'), b: state('two') }), ['one']],
    ['the current agent of a JavaScript run', jsRun({ a: envelope({ computerId: 'one' }) }), ['one']],
    ['another agent, where the current one has none yet', run({ a: state(null), b: state('two') }), ['two']],
    [
      'another agent, where the current one is of another backend',
      run({ a: state(null, { type: 'docker' }), b: state('two') }),
      ['two'],
    ],
    [
      'two other agents, where the current one has none',
      run({ a: state(null), b: state('two'), c: state('three') }),
      ['two', 'three'],
    ],
    ['two agents that share it', run({ a: state(null), b: state('two'), c: state('two') }), ['two']],
    ['a run beside another session', { other: state('two'), run: run({ a: state('one') }) }, ['one']],
    ['a session beside its options', { options: options('two'), state: state('one') }, ['one']],
    ['options, where the session has none', { options: options('two'), state: state(null) }, ['two']],
    [
      'a session below others',
      { agents: [{ tools: [{ type: 'shell' }, { inner: state('one') }] }] },
      ['one'],
    ],
    ['a state that quotes others', state('one', { environment: state('x'), note: state('y') }), ['one']],
    ['a state with a name in place of an id', state('ada-2.lovelace'), ['ada-2.lovelace']],
    ['Python fields in JavaScript spelling', { type: 'celesto', computerId: 'one', manifest: {} }, ['one']],
    [
      'JavaScript fields in Python spelling',
      { backend_id: 'celesto', provider_state: options('one') },
      ['one'],
    ],
    ['an envelope whose provider says its own type', envelope(options('one'), { backendId: null }), ['one']],
    ['an agent that has a role', { agents: [{ role: 'writer', state: state('one') }] }, ['one']],
    ['a record that calls it a snapshot', { snapshot: text(state('one')) }, ['one']],
    ['an envelope that says its type', { type: 'celesto', providerState: { computerId: 'one' } }, ['one']],
    ['a run whose sandbox is the session', { $schemaVersion: '1.21', sandbox: state('one') }, ['one']],
    ['text in a record', { id: 1, state: text(state('one')) }, ['one']],
    ['text in text in a record', { id: 1, state: text({ state: text(state('one')) }) }, ['one']],
    ['text in text', text(text(state('one'))), ['one']],
    ['a run as text in a record', { id: 1, state: text(run({ a: state('one'), b: state('two') })) }, ['one']],
    ['a JavaScript run as text', { state: text(jsRun({ a: envelope({ computerId: 'one' }) })) }, ['one']],
    ['a run that keeps its states as text', run({ a: text(state('one')), b: text(state('two')) }), ['one']],
    ['an envelope that keeps its parts as text', envelope(text({ computer_id: 'one' })), ['one']],
    ['text after a byte order mark', { state: `\uFEFF${text(state('one'))}` }, ['one']],
  ] as const)
    it(`is that of ${where}`, () => assert.deepEqual(computersOf(text(content)), computers));

  it('is that of the current agent, where the run keeps only those of all agents', () => {
    const { sandbox, ...rest } = run({ a: state('one'), b: state('two') });
    const kept = { ...(sandbox as Json), session_state: null };
    assert.deepEqual(computersOf(text({ ...rest, sandbox: { ...kept, current_agent_key: 'b' } })), ['two']);
  });

  for (const name of ['context', 'original_input', 'input', 'generated_items', 'items', 'model_responses'])
    it(`is never one that ${name} quotes`, () => {
      const quotes = { [name]: [state('other'), quoted, { role: 'user', content: quoted }] };
      assert.deepEqual(computersOf(text(run({ a: state('one') }, quotes))), ['one']);
      assert.deepEqual(computersOf(text({ ...quotes, state: state('one') })), ['one']);
      assertRefused(text(quotes), /does not contain a saved session/);
      assertRefused(text(run({ a: state(null) }, quotes)), /has not been started/);
    });

  it('is never one that an item of a conversation quotes', () => {
    for (const item of [
      { role: 'user', content: quoted },
      { type: 'message', content: [{ type: 'output_text', text: quoted }] },
      { type: 'function_call_output', call_id: 'c1', output: quoted },
      { type: 'tool_call_item', raw_item: { state: state('other') } },
    ])
      assertRefused(text([item]), /does not contain a saved session/);
  });

  it('is never one that a manifest, an environment or a file of it names', () => {
    const manifest = {
      root: '/srv',
      environment: { value: options('x') },
      entries: { a: { content: quoted } },
    };
    assertRefused(text(state(null, { manifest })), /has not been started/);
    assertRefused(
      text({ manifest: { ...manifest, options: options('x') } }),
      /does not contain a saved session/,
    );
  });
});

describe('the facts of a saved session', () => {
  it('are its id, agent, root, and the end of its computer', () => {
    const [session] = sessionsOf(text(run({ a: state('one', { delete_on_close: true }) })));
    assert.deepEqual(session, {
      ...{ computerId: 'one', sessionId: 'sess_7', agent: 'agent a', root: '/srv/one' },
      deleteOnClose: true,
    });
  });

  it('are read from JavaScript, whose manifest is beside the state of the provider', () => {
    const provider = {
      computerId: 'one',
      sessionId: 'sess_8',
      deleteOnClose: true,
      workspaceRootPath: '/mine',
    };
    const [session] = sessionsOf(text(jsRun({ a: envelope(provider) })));
    assert.deepEqual(session, {
      ...{ computerId: 'one', sessionId: 'sess_8', agent: 'a', root: '/srv/js', deleteOnClose: true },
    });
  });

  it('are read from the entry of an agent, which may name another agent and backend than the run', () => {
    const agents = (backendId: string) => ({
      $schemaVersion: '1.22',
      sandbox: {
        backendId: 'docker',
        sessionsByAgent: {
          b: {
            backendId,
            currentAgentName: 'Builder',
            sessionState: { providerState: { computerId: 'one' } },
          },
        },
      },
    });
    const [session] = sessionsOf(text(agents('celesto')));
    assert.deepEqual([session?.computerId, session?.agent], ['one', 'Builder']);
    assertRefused(text(agents('docker')), /belongs to docker/);
  });

  it('have the root of the manifest that the provider keeps, where the envelope has none', () => {
    const provider = { computerId: 'one', manifest: { root: '/srv/own' } };
    assert.equal(sessionsOf(text(envelope(provider, { manifest: null })))[0]?.root, '/srv/own');
  });

  it('may be missing', () => {
    assert.deepEqual(sessionsOf('{"type":"celesto","computer_id":"cmp_1"}'), [
      {
        ...{ computerId: 'cmp_1', sessionId: undefined, agent: undefined, root: undefined },
        deleteOnClose: false,
      },
    ]);
  });

  it('are left out where they have another type', () => {
    const wrong = [7, true, {}, [], null, 'yes'];
    for (const value of wrong) {
      const fields = { session_id: 7, manifest: value, delete_on_close: 'true', snapshot: value };
      const [session] = sessionsOf(text(state('one', fields)));
      assert.deepEqual(
        [session?.sessionId, session?.root, session?.deleteOnClose],
        [undefined, undefined, false],
      );
    }
  });

  it('may be in any script, and are printable', () => {
    const fields = { session_id: 'sess\u202e\n7', manifest: { root: '/home/ohm/проект 漢字 👩‍🚀' } };
    const [session] = sessionsOf(text(run({ 'Prüfer\u202e 審査': state('one', fields) })));
    assert.deepEqual(
      [session?.sessionId, session?.agent, session?.root],
      ['sess 7', 'agent Prüfer 審査', '/home/ohm/проект 漢字 👩‍🚀'],
    );
  });

  it('have no directory where the text is none', () => {
    for (const root of ['a\nb', 'a\0b', '\u001b]0;x', '', 'x'.repeat(2_000), 7])
      assert.equal(sessionsOf(text(state('one', { manifest: { root } })))[0]?.root, undefined, text(root));
  });
});

describe('a file with one state a line', () => {
  it('offers each computer once, in its order', () => {
    const content = lines(state('one'), state('two'), state('one'), state(null), { note: 'x' });
    assert.deepEqual(computersOf(content), ['one', 'two']);
  });

  it('is read by the same rules over all lines', () => {
    const content = lines(options('three'), state('two'), { state: text(run({ a: state('one') })) });
    assert.deepEqual(computersOf(content), ['one']);
  });

  it('may have a byte order mark, empty lines, and line ends of Windows', () => {
    const content = `\uFEFF${text(state('one'))}\r\n\r\n  \r\n\uFEFF${text(state('two'))}\r\n`;
    assert.deepEqual(computersOf(content), ['one', 'two']);
  });

  it('names the first line that is broken', () => {
    const content = `${text(state('one'))}\n\n{"type": "celesto",\n{"type"\n`;
    const { sessions, brokenLine } = readSavedSessions(content);
    assert.deepEqual([sessions.length, brokenLine], [1, 3]);
    assertRefused(`${text(state(null))}\n{"type":`, /^Line 2 of this file is not valid JSON/);
  });

  it('has at most 10,000 lines', () => {
    const line = `${text(state('one'))}\n`;
    assert.deepEqual(computersOf(line.repeat(10_000)), ['one']);
    assertRefused(line.repeat(10_001), /too many lines/);
  });

  it('is no broken file of one state', () => {
    const content = JSON.stringify(state('one'), null, 2);
    assertRefused(content.slice(0, -2), /^This file is not valid JSON: /);
    assertRefused('{\n'.repeat(20_000), /^This file is not valid JSON: /);
  });
});

describe('a saved session is refused', () => {
  const deep = { state: text({ state: text({ state: text(state('one')) }) }) };

  for (const [what, content, reason] of [
    ['that is no JSON', '{"type": "celesto",', /^This file is not valid JSON: /],
    ['of nothing', '', /^This file is not valid JSON: /],
    ['of another value', 'null', /does not contain a saved session/],
    ['of another record', '{"type":"docker","computer_id":"x"}', /does not contain a saved session/],
    ['of another backend', text(state('x', { type: 'docker' })), /belongs to docker, not to a Celesto/],
    ['of another backend of JavaScript', text(envelope({ computerId: 'x' }, { backendId: 'e2b' })), /e2b/],
    ['of no backend', text(envelope({ computerId: 'x' }, { backendId: 7 })), /does not say/],
    ['that is local', text(state('x', { type: 'smolvm', vm_id: 'vm-1' })), /^vm-1 runs on this machine\./],
    [
      'that is local, of JavaScript',
      text(jsRun({ a: envelope({ vmId: 'vm-2' }, { backendId: 'smolvm' }) })),
      /^vm-2 runs on this machine\./,
    ],
    ['without a computer', text(envelope({ computerId: null })), /has not been started/],
    ['that lacks the field', text({ type: 'celesto', manifest: {} }), /has not been started/],
    ['that is only options', text([options(null), options(null)]), /options of a session/],
    ['whose current agent has none', text(run({ a: state(null), b: state(null) })), /has not been started/],
    [
      'of a run without a sandbox',
      text({ $schemaVersion: '1.21', state: state('x') }),
      /without its session/,
    ],
    ['of a run without sessions', text(run({ a: 7, b: [] })), /without its session/],
    ['that is text in text in text', text(deep), /text within text, more than twice/],
    ['of a run with text in text in text', text(run({ a: text(text(text(state('x')))) })), /more than twice/],
  ] as const)
    it(what, () => assertRefused(content, reason));

  for (const id of ['../../etc', '..', '', 'a b', 'a\nb', 'x'.repeat(65), 7, true, [], {}, ['a'], 'größe'])
    it(`whose computer is ${text(id).slice(0, 20)}`, () => {
      assertRefused(text(state(id)), /does not contain a valid computer ID/);
      assertRefused(text(jsRun({ a: envelope({ computerId: id }) })), /does not contain a valid computer ID/);
    });
});

describe('a hostile file', () => {
  const million = 1_000_000;
  const refused = /saved session|not valid JSON|valid computer ID/;

  for (const [what, content] of [
    ['millions of numbers', `[${'0,'.repeat(4 * million)}0]`],
    ['millions of levels', '['.repeat(4 * million) + ']'.repeat(4 * million)],
    ['a million records in each other', `${'{"a":'.repeat(million)}0${'}'.repeat(million)}`],
    ['millions of arrays', `[${'[],'.repeat(2 * million)}0]`],
    ['millions of texts like JSON', `[${'"[",'.repeat(2 * million)}0]`],
    ['millions of lines', '{}\n'.repeat(2 * million)],
    ['as many invalid sessions as fit', `[${`${text(state(7))},`.repeat(60_000)}0]`],
    ['50 MB', `"${'x'.repeat(50 * million)}"`],
  ] as const)
    it(`of ${what} is refused`, () => assertRefused(content, refused));

  it('may hold a session below ten thousand levels', () => {
    assert.deepEqual(computersOf('['.repeat(10_000) + text(state('one')) + ']'.repeat(10_000)), ['one']);
  });

  it('cannot reach the prototype of its records', () => {
    assertRefused('{"__proto__":{"type":"celesto"},"computer_id":"x"}', /does not contain a saved session/);
    const agents = '{"sandbox":{"current_agent_key":"__proto__","sessions_by_agent":{"__proto__":';
    assert.deepEqual(computersOf(`${agents}{"session_state":${text(state('one'))}}}}}`), ['one']);
  });
});
