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
      ['State', 'ID', 'Template', 'Size', 'Disk', 'Created'],
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

  it('keeps a date that cannot be parsed as the service spells it', () => {
    assert.deepEqual(new Map(factsOf(computer({ created_at: 'yesterday' }))).get('Created'), 'yesterday');
  });

  it('names a network that is off', () => {
    const facts = new Map(factsOf(computer({ network_policy: { mode: 'off' } })));
    assert.equal(facts.get('Network'), 'off');
  });
});
