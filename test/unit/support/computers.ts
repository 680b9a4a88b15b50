import * as v from 'valibot';
import type { ComputerList } from '../../../src/api/client';
import { type WireComputer, wireComputer } from '../../../src/api/wire';

/** A computer as the service sends it today, every field of its schema filled. */
export function answeredComputer(facts: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: 'cmp_1',
    name: 'einstein',
    status: 'running',
    size_id: null,
    price_version: 'usage-v2',
    origin: 'sdk',
    custom_template_id: null,
    vcpus: 2,
    ram_mb: 2048,
    disk_size_mb: 10_240,
    image: 'ubuntu-desktop-24.04',
    compute_location: { provider: 'hetzner', region: 'eu-central', country_code: 'DE' },
    template_id: 'coding-agent',
    template_version: '7',
    network_policy: { mode: 'open' },
    external_volume_enabled: true,
    connection: { ssh: 'ohm@203.0.113.7:2222', access_url: null },
    published_ports: [],
    metrics: null,
    last_error: null,
    created_at: '2026-02-01T10:00:00Z',
    stopped_at: null,
    disk_delete_at: null,
    ...facts,
  };
}

/** The same, read as the client reads it. */
export function wire(id: string, status: string, facts: Record<string, unknown> = {}): WireComputer {
  return v.parse(wireComputer, answeredComputer({ id, name: `name of ${id}`, status, ...facts }));
}

/** A list as the client gives it. */
export function listOf(...computers: WireComputer[]): ComputerList {
  return { computers, unreadable: [], possiblyMore: false };
}
