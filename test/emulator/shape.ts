import type { Size } from './billing';
import { templates } from './catalogue';
import { ApiError, type CreateRequest } from './computer';
import type { WireCustomTemplate } from './customTemplates';
import { InvalidRequest } from './validationErrors';

/** Rules of the service for what may be created. */
export interface CreateRules {
  /** The sizes on offer; empty where the service has none, so that any CPU and memory may be had. */
  sizes: Size[];
  /** A create must name a size. */
  sizeRequired: boolean;
  /** The form of a refusal: 400 with a sentence, or 422 that names the fields. */
  refusals: 'sentence' | 'validation';
}

/** Template, size and network of a computer. */
export type Shape = ReturnType<typeof shapeOf>;

/**
 * The shape that a create request asks for, completed with the template's defaults.
 * @param own the organization's own template that it names, if it does
 * @throws for an unknown template
 */
export function shapeOf(request: CreateRequest, sizes: Size[], own?: WireCustomTemplate) {
  const templateId = own?.base_template_id ?? request.template_id ?? 'scratch';
  const base = templates.find(({ id, aliases }) => id === templateId || aliases.includes(templateId));
  if (base === undefined) throw new ApiError(400, `There is no template ${templateId}.`);
  const template = { ...base, ...own, id: base.id };
  const isSized = hasPair(request) || Boolean(request.size_id);
  const vcpus = request.vcpus ?? template.default_vcpus;
  const ramMb = request.ram_mb ?? template.default_ram_mb;
  const size = request.size_id
    ? sizes.find(({ id }) => id === request.size_id)
    : sizes.find((size) => size.vcpus === vcpus && size.ram_mb === ramMb);
  return {
    size_id: size?.id ?? null,
    price_version: 'usage-v2',
    vcpus: size?.vcpus ?? vcpus,
    ram_mb: size?.ram_mb ?? ramMb,
    disk_size_mb:
      request.disk_size_mb ?? (isSized ? size?.root_disk_mb : undefined) ?? template.default_disk_size_mb,
    image: request.image ?? 'ubuntu-desktop-24.04',
    template_id: template.id,
    custom_template_id: own?.id ?? null,
    template_version: request.template_version ?? template.version,
    network_policy: { mode: request.network_policy?.mode ?? ('open' as const) },
    external_volume_enabled: request.external_volume_enabled ?? false,
  };
}

/**
 * Refuses a create request that the service does not take: CPU and memory must be one row of its sizes, and a volume
 * needs the network. A request without any size gets the template's own.
 * @throws ApiError 400 or 422
 */
export function checkCreateRequest(request: CreateRequest, shape: Shape, rules: CreateRules): void {
  const { size_id: sizeId } = request;
  const refuse = (fields: (keyof CreateRequest)[], sentence: string): never => {
    if (rules.refusals === 'sentence') throw new ApiError(400, sentence);
    const [type, msg] = ['value_error', `Value error, ${sentence}`];
    throw new InvalidRequest(fields.map((field) => ({ type, loc: ['body', field], msg })));
  };
  const offer = `Available sizes: ${rules.sizes.map(describe).join(', ')}.`;
  if (!sizeId && rules.sizeRequired) refuse(['size_id'], `A size is required. ${offer}`);
  if (sizeId && shape.size_id === null) refuse(['size_id'], `There is no size ${sizeId}. ${offer}`);
  if (hasPair(request) && shape.size_id === null && rules.sizes.length > 0)
    refuse(['vcpus', 'ram_mb'], `${shape.vcpus} vCPU with ${shape.ram_mb} MB is no size. ${offer}`);
  if (shape.network_policy.mode === 'off' && shape.external_volume_enabled) {
    const fields = ['network_policy', 'external_volume_enabled'] as const;
    refuse([...fields], 'An external volume needs the network, so network_policy.mode cannot be off.');
  }
}

function hasPair({ vcpus = null, ram_mb: ramMb = null }: CreateRequest): boolean {
  return vcpus !== null || ramMb !== null;
}

function describe({ id, vcpus, ram_mb }: Size): string {
  return `${id} (${vcpus} vCPU, ${ram_mb} MB)`;
}
