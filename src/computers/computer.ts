import type { PublishedPort, WireComputer } from '../api/wire';
import { printable, truncate } from '../base/text';
import { isUnpublished } from './publishedPort';

/** A computer. Texts are safe to display; sizes are in MB; dates are spelled as the service does. */
export interface Computer {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly templateId: string;
  readonly vcpus: number;
  readonly ramMb: number;
  readonly diskMb: number;
  readonly sizeId: string | undefined;
  /** Version of the price list that it is billed by. */
  readonly priceVersion: string | undefined;
  /** Id of the organization's own template that it was created from. */
  readonly customTemplateId: string | undefined;
  /** Maker of the computer, as the service spells it. */
  readonly origin: string | undefined;
  readonly region: string | undefined;
  readonly network: string | undefined;
  readonly persistentVolume: boolean;
  readonly createdAt: string;
  readonly stoppedAt: string | undefined;
  /** Time at which the service deletes the disk of a stopped computer. */
  readonly diskDeleteAt: string | undefined;
  readonly lastError: string | undefined;
  /** The SSH endpoint as the service spells it, where it offers one. Not parsed yet, so not to be trusted. */
  readonly ssh: string | undefined;
  /** Published ports in ascending order; undefined where there are none. */
  readonly publishedPorts: readonly PublishedPort[] | undefined;
}

/** Origins of machines that the service makes for itself: CI runners, and builds of templates. */
const serviceOrigins = new Set(['github_ci', 'template_build']);

/** True for a machine of the service's own. Nothing that acts on all computers, and no tool or task, touches it. */
export function isServiceMachine({ origin }: Pick<Computer, 'origin'>): boolean {
  return origin !== undefined && serviceOrigins.has(origin);
}

/** Converts the service's description of a computer. */
export function computerFrom(wire: WireComputer): Computer {
  return {
    id: wire.id,
    name: truncate(wire.name, 80) || wire.id,
    status: truncate(wire.status, 40),
    templateId: truncate(wire.template_id || wire.image, 64),
    vcpus: wire.vcpus,
    ramMb: wire.ram_mb,
    diskMb: wire.disk_size_mb,
    sizeId: optional(wire.size_id),
    priceVersion: optional(wire.price_version),
    customTemplateId: optional(wire.custom_template_id),
    origin: optional(wire.origin),
    region: optional(wire.compute_location?.region),
    network: optional(wire.network_policy?.mode),
    persistentVolume: wire.external_volume_enabled,
    createdAt: printable(wire.created_at),
    stoppedAt: optional(wire.stopped_at),
    diskDeleteAt: optional(wire.disk_delete_at),
    lastError: optional(wire.last_error),
    ssh: wire.connection?.ssh ?? undefined,
    publishedPorts: publishedPorts(wire),
  };
}

/** Compares the fields of two computers. `before` may come from the cache, which drops undefined fields. */
export function sameComputer(before: Computer, after: Computer): boolean {
  return (Object.keys(after) as (keyof Computer)[]).every(
    (key) =>
      before[key] === after[key] ||
      (key === 'publishedPorts' && JSON.stringify(before[key]) === JSON.stringify(after[key])),
  );
}

function publishedPorts({ published_ports }: WireComputer): readonly PublishedPort[] | undefined {
  const published = published_ports.filter((port) => !isUnpublished(port));
  return published.length > 0 ? published.sort((a, b) => a.port - b.port) : undefined;
}

function optional(text: string | null | undefined): string | undefined {
  return text ? truncate(text, 500) : undefined;
}
