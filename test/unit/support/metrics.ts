import type { Metrics } from '../../../src/api/wire';

/** Metrics of a computer that uses half a GB of its two, and no network. */
export function metrics(given: Pick<Metrics, 'uptime_seconds' | 'cpu_used_percent'>): Metrics {
  return {
    observed_at: '2026-03-01T12:00:00Z',
    stale: false,
    partial: false,
    ram_used_mb: 512,
    ram_total_mb: 2048,
    disk_used_mb: 3072,
    disk_total_mb: 10_240,
    network_rx_bytes: null,
    network_tx_bytes: null,
    disk_read_bytes: null,
    disk_write_bytes: null,
    ...given,
  };
}
