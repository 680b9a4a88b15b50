import type { PublishedPort, WireComputer } from '../api/wire';
import { printable, truncate } from '../base/text';

/** A computer as this extension sees it. Texts are safe to show; sizes are in MB; dates are as the service spells them. */
export interface Computer {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly templateId: string;
  readonly vcpus: number;
  readonly ramMb: number;
  readonly diskMb: number;
  readonly region: string | undefined;
  readonly network: string | undefined;
  readonly persistentVolume: boolean;
  readonly createdAt: string;
  readonly stoppedAt: string | undefined;
  readonly lastError: string | undefined;
  /** The service's SSH endpoint as it spells it, where it offers one. Not yet read, so not to be trusted. */
  readonly ssh: string | undefined;
  /** The ports of it that everybody can reach, in their order; undefined where there are none. */
  readonly publishedPorts: readonly PublishedPort[] | undefined;
}

/** Takes over what the service says of a computer. */
export function computerFrom(wire: WireComputer): Computer {
  return {
    id: wire.id,
    name: truncate(wire.name, 80) || wire.id,
    status: truncate(wire.status, 40),
    templateId: truncate(wire.template_id || wire.image, 64),
    vcpus: wire.vcpus,
    ramMb: wire.ram_mb,
    diskMb: wire.disk_size_mb,
    region: optional(wire.compute_location?.region),
    network: optional(wire.network_policy?.mode),
    persistentVolume: wire.external_volume_enabled,
    createdAt: printable(wire.created_at),
    stoppedAt: optional(wire.stopped_at),
    lastError: optional(wire.last_error),
    ssh: wire.connection?.ssh ?? undefined,
    publishedPorts: publishedPorts(wire),
  };
}

/** True where a person would see no difference. `before` may come from the cache, which keeps no undefined fields. */
export function sameComputer(before: Computer, after: Computer): boolean {
  return (Object.keys(after) as (keyof Computer)[]).every(
    (key) =>
      before[key] === after[key] ||
      (key === 'publishedPorts' && JSON.stringify(before[key]) === JSON.stringify(after[key])),
  );
}

function publishedPorts({ published_ports }: WireComputer): readonly PublishedPort[] | undefined {
  const there = published_ports.filter(({ status }) => status !== 'unpublished');
  return there.length > 0 ? there.sort((a, b) => a.port - b.port) : undefined;
}

function optional(text: string | null | undefined): string | undefined {
  return text ? truncate(text, 500) : undefined;
}
