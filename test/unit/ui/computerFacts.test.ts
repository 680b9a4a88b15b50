import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Computer, computerFrom } from '../../../src/computers/computer';
import { factsOf } from '../../../src/ui/computerFacts';
import { wire } from '../support/computers';

function computer(facts: Record<string, unknown> = {}): Computer {
  return computerFrom(wire('cmp_1', 'running', { name: 'einstein', ...facts }));
}

describe('factsOf', () => {
  const date = (text: string): string =>
    new Date(text).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });

  it('lists every fact in a fixed order', () => {
    const facts = factsOf(
      computer({ status: 'stopped', last_error: 'no memory left', stopped_at: '2026-02-03T11:00:00Z' }),
    );
    assert.deepEqual(facts, [
      ['State', 'stopped'],
      ['Last error', 'no memory left'],
      ['ID', 'cmp_1'],
      ['Template', 'coding-agent'],
      ['Size', '2 CPU, 2 GB'],
      ['Disk', '10 GB'],
      ['Region', 'eu-central'],
      ['Network', 'open'],
      ['Persistent volume', '/home/ohm'],
      ['Files', 'A stop keeps all files. A restore keeps only the files in /home/ohm.'],
      ['Created', date('2026-02-01T10:00:00Z')],
      ['Stopped', date('2026-02-03T11:00:00Z')],
    ]);
  });

  it('leaves out unknown facts', () => {
    const facts = factsOf(
      computer({ compute_location: undefined, network_policy: undefined, external_volume_enabled: false }),
    );
    assert.deepEqual(
      facts.map(([label]) => label),
      ['State', 'ID', 'Template', 'Size', 'Disk', 'Files', 'Created'],
    );
  });

  it('takes a date without a zone for UTC', (context) => {
    const zone = process.env.TZ ?? '';
    context.after(() => (process.env.TZ = zone));
    process.env.TZ = 'Asia/Tokyo';
    for (const created of ['2026-02-01T10:00:00', '2026-02-01 10:00:00.123456', '2026-02-01T10:00:00+0000'])
      assert.equal(
        new Map(factsOf(computer({ created_at: created }))).get('Created'),
        date('2026-02-01T10:00:00Z'),
      );
  });

  it('tells that a restore keeps no files without a persistent volume', () => {
    const facts = new Map(factsOf(computer({ external_volume_enabled: false })));
    assert.equal(
      facts.get('Files'),
      'A stop keeps all files. A restore keeps no files, since there is no persistent volume.',
    );
  });

  it('tells until when the disk is kept, as long as the computer does not run', () => {
    const kept = (status: string, date: string | null): string | undefined =>
      new Map(factsOf(computer({ status, disk_delete_at: date }))).get('Disk is kept until');
    const day = new Date('2026-12-12T12:00:00Z').toLocaleDateString(undefined, { dateStyle: 'long' });
    assert.equal(kept('stopped', '2026-12-12T12:00:00Z'), day);
    assert.equal(kept('stopped', '2026-12-12 12:00:00'), day);
    assert.equal(kept('running', '2026-12-12T12:00:00Z'), undefined);
    assert.equal(kept('stopped', 'soon'), undefined);
    assert.equal(kept('stopped', null), undefined);
  });

  it("marks the service's own machines", () => {
    const mark = (origin: string): string | undefined =>
      new Map(factsOf(computer({ origin }))).get('Made by the service');
    assert.deepEqual(['github_ci', 'template_build', 'ui', 'robot'].map(mark), [
      'CI runner',
      'template build',
      undefined,
      undefined,
    ]);
  });

  it('keeps a date that cannot be parsed as the service spells it', () => {
    assert.deepEqual(new Map(factsOf(computer({ created_at: 'yesterday' }))).get('Created'), 'yesterday');
  });

  it('names a network that is off', () => {
    const facts = new Map(factsOf(computer({ network_policy: { mode: 'off' } })));
    assert.equal(facts.get('Network'), 'off');
  });
});
