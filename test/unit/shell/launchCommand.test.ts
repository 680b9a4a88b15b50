import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { launchCommand } from '../../../src/shell/launchCommand';
import { OutputFilter } from '../../../src/shell/outputFilter';
import { parseShellListing } from '../../../src/shell/shellListing';
import type { ShellFacts } from '../../../src/shell/shellSession';
import { StartMarkerParser, startMarkers } from '../../../src/shell/startMarker';
import { TmuxClient } from '../../../src/shell/tmuxClient';

/** Both halves of some bytes, for each place to part them. */
function halves(bytes: Buffer): [Buffer, Buffer][] {
  return Array.from({ length: bytes.length + 1 }, (_, at) => [bytes.subarray(0, at), bytes.subarray(at)]);
}

describe('launchCommand', () => {
  const wish = { persistence: 'off', name: 'a-1', cwd: '', nonce: undefined } as const;
  const size = { rows: 24, columns: 80 };

  it('is not needed for a plain shell', () => {
    assert.equal(launchCommand(wish, size), undefined);
  });

  it('encodes typed text so that no shell interprets it', () => {
    const cwd = `'; touch x; "$(id)" \`id\` \\ ! é \n#`;
    const command = launchCommand({ ...wish, cwd }, size) ?? '';
    const [, ...words] = command.split("' '");
    assert.ok(words.length > 0);
    for (const word of words)
      assert.match(word.replace(/'$/, ''), /^[^'\\!\n`]*(?:\\0[0-7]{3}[^'\\!\n`]*)*$/);
  });

  it('fits into the initial window of TCP together with the other requests', () => {
    const longest = { ...wish, persistence: 'auto', nonce: '00000000-0000-0000-0000-000000000000' } as const;
    assert.ok((launchCommand(longest, size)?.length ?? 0) < 10_000);
  });

  it('refuses an invalid name', () => {
    assert.throws(() => launchCommand({ ...wish, cwd: '/', name: 'a;b' }, size));
  });
});

describe('StartMarkerParser', () => {
  for (const [name, marker] of Object.entries(startMarkers))
    it(`finds the start marker ${name}, split anywhere, and passes the output around it through`, () => {
      for (const [first, second] of halves(Buffer.from(`noise\x1b[1m${marker}later\x1b`))) {
        const reader = new StartMarkerParser();
        const one = reader.read(first);
        const [shown, rest] = one.marker
          ? [one.shown, Buffer.concat([one.remaining, second])]
          : ((two) => [Buffer.concat([one.shown, two.shown]), two.remaining])(reader.read(second));
        assert.equal(shown.toString(), 'noise\x1b[1m');
        assert.equal(rest.toString(), 'later\x1b');
      }
    });

  it('passes other output through at once, and a partial marker at the end', () => {
    const reader = new StartMarkerParser();
    assert.equal(reader.read(Buffer.from('$ \x1b]53')).shown.toString(), '$ ');
    assert.equal(reader.read(Buffer.from('x\x1b]5379;cel')).shown.toString(), '\x1b]53x');
    assert.equal(reader.end().toString(), '\x1b]5379;cel');
  });
});

describe('TmuxClient', () => {
  /** Output of tmux 3.3a to a new client, with everything that needs escaping. */
  const output = Buffer.from(
    [
      '%begin 1 2 0',
      '%end 1 2 0',
      '%begin 1 3 0',
      'celesto 3.3a ',
      '%end 1 3 0',
      '%session-changed $0 x',
      '%output %0 é\\015\\012\\134 %end \\033[6n\\033[1mbold\\033]633;A\\007',
      '%output %0 日e\u0301👩\u200d🚀🇩🇪\\033[',
      '%output %0 31mred\\033]5379;celesto;exit;b-2;9\\007\\033]5379;celesto;exit;a-1;7\\007',
      '%exit',
      '',
    ].join('\r\n'),
  );

  /** A client of the shell a-1, and what it shows and tells. */
  function attending() {
    const seen = { shown: '', told: [] as unknown[] };
    const decoder = new TextDecoder();
    const client = new TmuxClient(
      {
        send: () => undefined,
        show: (bytes) => (seen.shown += decoder.decode(bytes, { stream: true })),
        attached: (facts: ShellFacts) => seen.told.push(facts),
        exited: (code) => seen.told.push(code),
        failed: (reason) => seen.told.push(reason),
      },
      'a-1',
      { rows: 24, columns: 80 },
      undefined,
    );
    return { client, seen };
  }

  it('passes output through in chunks of any size', () => {
    for (const [first, second] of halves(output)) {
      const { client, seen } = attending();
      client.receive(first);
      client.receive(second);
      assert.equal(
        seen.shown,
        'é\r\n\\ %end \x1b[1mbold\x1b]633;A\x07日e\u0301👩\u200d🚀🇩🇪\x1b[31mred\x1b]5379;celesto;exit;b-2;9\x07',
      );
      assert.deepEqual(seen.told, [{ persistedBy: 'tmux', resumed: false }, 7]);
    }
  });

  it('reports no failure where another terminal has taken the shell over', () => {
    for (const [farewell, failure] of [
      ['%exit', undefined],
      ['%exit detached', undefined],
      ['%exit lost tty', undefined],
      ['%exit server exited unexpectedly', 'server exited unexpectedly'],
    ]) {
      const { client, seen } = attending();
      client.receive(Buffer.from(`%begin 1 3 0\r\ncelesto 3.3a \r\n%end 1 3 0\r\n${farewell}\r\n`));
      assert.equal(seen.told[1], failure, farewell);
    }
  });
});

describe('OutputFilter', () => {
  it('removes the queries that this version of tmux answers, split anywhere, and no others', () => {
    for (const [version, left] of [
      ['3.2', '\x1b[14t\x1b[?2026$p\x1b]11;?\x07\x1b[?1c'],
      ['3.4', '\x1b[?2026$p\x1b]11;?\x07\x1b[?1c'],
      ['3.6b', '\x1b]11;?\x07\x1b[?1c'],
    ] as const)
      for (const [first, second] of halves(
        Buffer.from('a\x1b[c\x1b[>0c\x1b[6nb\x1b[>q\x1b[18t\x1b[14t\x1b[?2026$p\x1b]11;?\x07\x1b[?1c'),
      )) {
        const filter = new OutputFilter('a-1', version, () => undefined);
        const passed = Buffer.concat([filter.pass(first), filter.pass(second)]).toString();
        assert.equal(passed, `ab${left}`);
      }
  });
});

describe('parseShellListing', () => {
  it('parses a directory with any name, and skips other lines', () => {
    const output =
      'tmux\ta-1\t1700000000\t1\tvim\t/home/ohm/a\tb\nno server running\nscreen\tb\t1700000001\t0\tbash\t/\n';
    assert.deepEqual(parseShellListing(output), [
      {
        ...{ name: 'a-1', persistedBy: 'tmux', attached: true, command: 'vim', directory: '/home/ohm/a\tb' },
        created: new Date(1_700_000_000_000),
      },
      {
        ...{ name: 'b', persistedBy: 'screen', attached: false, command: 'bash', directory: '/' },
        created: new Date(1_700_000_001_000),
      },
    ]);
  });
});
