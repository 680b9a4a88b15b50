import type { CreateRequest } from '../api/wire';
import type { Resources } from './offeredSizes';

/** A new computer as the user describes it. What is left out is the template's. */
export interface CreateChoices {
  readonly templateId?: string | undefined;
  /** Id of a size, or free numbers where the service has no sizes. */
  readonly size?: string | Resources | undefined;
  readonly network?: 'open' | 'off' | undefined;
  readonly persistentVolume?: boolean | undefined;
}

/**
 * Makes the body of a create. A size goes alone, without CPUs, memory and disk; a volume never goes without the network,
 * which it needs.
 */
export function createRequest({
  templateId,
  size,
  network = 'open',
  persistentVolume = false,
}: CreateChoices): CreateRequest {
  return {
    ...(templateId !== undefined && { template_id: templateId }),
    ...sizeFields(size),
    network_policy: { mode: network },
    external_volume_enabled: persistentVolume && network === 'open',
  };
}

/** Replaces the size of a request. */
export function withSize(request: CreateRequest, size: CreateChoices['size']): CreateRequest {
  return createRequest({
    templateId: request.template_id,
    size,
    network: request.network_policy?.mode,
    persistentVolume: request.external_volume_enabled,
  });
}

function sizeFields(size: CreateChoices['size']): CreateRequest {
  if (size === undefined) return {};
  if (typeof size === 'string') return { size_id: size };
  return { vcpus: size.vcpus, ram_mb: size.ramMb, disk_size_mb: size.diskMb };
}
