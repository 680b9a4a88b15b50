import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Computer, computerFrom, isServiceMachine, sameComputer } from '../../../src/computers/computer';
import { wire } from '../support/computers';

function computer(facts: Record<string, unknown> = {}): Computer {
  return computerFrom(wire('cmp_1', 'running', facts));
}

describe('computerFrom', () => {
  it("converts the service's description", () => {
    const described = computer({
      name: 'einstein',
      size_id: 'standard',
      custom_template_id: 'tpl_1',
      stopped_at: '2026-02-02T00:00:00Z',
      disk_delete_at: '2026-03-04T00:00:00Z',
      last_error: 'oh',
    });
    assert.deepEqual(described, {
      id: 'cmp_1',
      name: 'einstein',
      status: 'running',
      templateId: 'coding-agent',
      vcpus: 2,
      ramMb: 2048,
      diskMb: 10_240,
      sizeId: 'standard',
      priceVersion: 'usage-v2',
      customTemplateId: 'tpl_1',
      origin: 'sdk',
      region: 'eu-central',
      network: 'open',
      persistentVolume: true,
      createdAt: '2026-02-01T10:00:00Z',
      stoppedAt: '2026-02-02T00:00:00Z',
      diskDeleteAt: '2026-03-04T00:00:00Z',
      lastError: 'oh',
      ssh: 'ohm@203.0.113.7:2222',
      publishedPorts: undefined,
    });
  });

  it("is the service's own where a CI run or the build of a template made it", () => {
    const origins = ['ui', 'sdk', 'mcp', null, 'newer', 'github_ci', 'template_build'];
    assert.deepEqual(
      origins.filter((origin) => isServiceMachine(computer({ origin }))),
      ['github_ci', 'template_build'],
    );
  });

  it('has the published ports in ascending order', () => {
    const port = (number: number, status: string) => ({ port: number, status, url: null, created_at: null });
    const ports = [port(8080, 'published'), port(4000, 'unpublished'), port(3000, 'publishing')];
    assert.deepEqual(
      computer({ published_ports: ports }).publishedPorts?.map(({ port }) => port),
      [3000, 8080],
    );
  });

  it('has no value where the service sends none', () => {
    const bare = computer({ compute_location: null, connection: null, last_error: '', network_policy: null });
    assert.deepEqual(
      [bare.region, bare.ssh, bare.lastError, bare.network, bare.stoppedAt],
      [undefined, undefined, undefined, undefined, undefined],
    );
  });

  it('makes texts safe to display: no control characters, no bidi marks', () => {
    const odd = computer({
      name: '\x1b]0;gotcha\x07ein\u202estein\n',
      last_error: 'line one\nline two\x1b[2J',
      compute_location: { region: '\u2066eu\u2069' },
      template_id: 'scr\x00atch',
      status: 'run\x08ning',
    });
    assert.deepEqual(
      [odd.name, odd.lastError, odd.region, odd.templateId, odd.status],
      [']0;gotchaeinstein', 'line one line two[2J', 'eu', 'scratch', 'running'],
    );
  });

  it('cuts long names and long errors', () => {
    const long = computer({ name: 'n'.repeat(300), last_error: 'e'.repeat(10_000) });
    assert.equal(long.name, `${'n'.repeat(79)}…`);
    assert.equal(long.lastError?.length, 500);
  });

  for (const name of ['', '   ', '\u200b\u202e']) {
    it(`is called by its id when its name is ${JSON.stringify(name)}`, () => {
      assert.equal(computer({ name }).name, 'cmp_1');
    });
  }

  it('names the image of a computer that has no template', () => {
    assert.equal(computer({ template_id: '' }).templateId, 'ubuntu-desktop-24.04');
  });
});

describe('sameComputer', () => {
  it('is true for equal fields', () => assert.equal(sameComputer(computer(), computer()), true));

  const different: Record<string, unknown> = {
    name: 'x',
    status: 'stopped',
    template_id: 'x',
    vcpus: 3,
    ram_mb: 1,
    disk_size_mb: 1,
    compute_location: { region: 'us' },
    network_policy: { mode: 'off' },
    external_volume_enabled: false,
    created_at: 'x',
    stopped_at: 'x',
    last_error: 'x',
    connection: { ssh: 'x' },
  };
  for (const [field, value] of Object.entries(different)) {
    it(`sees another ${field}`, () =>
      assert.equal(sameComputer(computer(), computer({ [field]: value })), false));
  }

  it('detects a field that a computer from the cache lacks', () => {
    const before = computer({ last_error: null });
    const cached = JSON.parse(JSON.stringify(before)) as Computer;
    assert.equal(sameComputer(cached, before), true);
    assert.equal(sameComputer(cached, computer({ last_error: 'out of memory' })), false);
  });
});
