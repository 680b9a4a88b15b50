import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError } from '../../../../src/api/apiErrors';
import type { BuildLog, CustomTemplate } from '../../../../src/api/wire';
import { BuildLogPage } from '../../../../src/features/templates/buildLogPage';
import { FakeClock } from '../../support/fakeClock';

const failed: CustomTemplate = {
  id: 'tpl_1',
  name: 'my tools',
  base_template_id: 'coding-agent',
  status: 'failed',
  default_vcpus: 2,
  default_ram_mb: 4096,
  default_disk_size_mb: 10_240,
  error: 'The build script\u202e failed.',
  failure: { line: 'apt-get install nothing', line_number: 12, exit_code: 100, hint: 'No such package.' },
};

/** A page over scripted answers: a status and the whole log, of which the service sends the news. */
class Scene {
  readonly clock = new FakeClock();
  readonly known: (number | undefined)[] = [];
  answers: (readonly [status: string, log: string] | Error)[] = [];
  changes = 0;
  readonly page = new BuildLogPage(
    { templateId: 'tpl_1', name: 'my tools' },
    {
      client: {
        buildLog: (_, knownSize) => this.answer(knownSize),
        customTemplates: () => Promise.resolve([{ ...failed, id: 'tpl_0' }, failed]),
      },
      clock: this.clock,
      onChange: () => (this.changes += 1),
    },
  );

  read(): Promise<void> {
    return this.page.read(new AbortController().signal);
  }

  private answer(knownSize = 0): Promise<BuildLog> {
    this.known.push(knownSize);
    const answer = this.answers.length > 1 ? this.answers.shift()! : this.answers[0]!;
    if (answer instanceof Error) return Promise.reject(answer);
    const [status, log] = answer;
    const news = { log: log.slice(knownSize), offset: knownSize, unchanged: log.length === knownSize };
    return Promise.resolve({ status, size: log.length, truncated: false, ...news });
  }
}

describe('the page of a build log', () => {
  it('begins with the reason of a failure, and shows control characters', async () => {
    const scene = new Scene();
    scene.answers = [['failed', '\x1b[1mE: no package\r\n']];
    await scene.read();
    assert.equal(
      scene.page.text,
      [
        'Template my tools: failed',
        'Reason: The build script failed.',
        'Line 12: apt-get install nothing',
        'Exit code: 100',
        'Hint: No such package.',
        '',
        '␛[1mE: no package',
        '',
      ].join('\n'),
    );
  });

  it('follows a running build every two seconds until it ends, asking for the news alone', async () => {
    const scene = new Scene();
    scene.answers = [
      ['queued', ''],
      ['building', 'one\n'],
      ['building', 'one\n'],
      ['ready', 'one\ntwo\n'],
    ];
    await scene.read();
    assert.match(scene.page.text, /waiting to be built/);
    scene.page.follow();
    scene.page.follow();
    await scene.clock.advance(60_000);
    assert.deepEqual(scene.known, [0, 0, 4, 4]);
    assert.match(scene.page.text, /^Template my tools: ready\n\none\ntwo\n$/);
    assert.equal(scene.clock.waiting, 0);
  });

  it('reads nothing while nobody follows it', async () => {
    const scene = new Scene();
    scene.answers = [['building', 'one\n']];
    await scene.read();
    scene.page.follow();
    await scene.clock.advance(4_000);
    scene.page.unfollow();
    await scene.clock.advance(60_000);
    assert.equal(scene.known.length, 3);
    scene.page.follow();
    await scene.clock.advance(2_000);
    assert.equal(scene.known.length, 4);
  });

  it('reads all of another build, though its log is longer', async () => {
    const scene = new Scene();
    scene.answers = [
      ['ready', 'old\n'],
      ['building', 'a new one\n'],
    ];
    await scene.read();
    await scene.read();
    assert.deepEqual(scene.known, [0, 0]);
    assert.match(scene.page.text, /\n\na new one\n$/);
  });

  it('keeps what it has and says so where the service fails, then goes on', async () => {
    const scene = new Scene();
    scene.answers = [['building', 'one\n'], new ApiError('network'), ['ready', 'one\ntwo\n']];
    await scene.read();
    scene.page.follow();
    await scene.clock.advance(2_000);
    assert.match(scene.page.text, /being built\nUnable to reach Celesto[^]*\n\none\n$/);
    await scene.clock.advance(10_000);
    assert.match(scene.page.text, /^Template my tools: ready\n\none\ntwo\n$/);
  });

  it('ends with a template that is gone', async () => {
    const scene = new Scene();
    scene.answers = [['building', 'one\n'], new ApiError('notFound')];
    await scene.read();
    scene.page.follow();
    await scene.clock.advance(600_000);
    assert.equal(scene.known.length, 2);
  });
});
