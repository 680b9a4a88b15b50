import type { ApiError } from '../api/apiErrors';
import { microSizeId, nextStepOf } from '../api/refusals';
import type { CreateRequest } from '../api/wire';
import type { Memento } from '../base/memento';
import { truncate } from '../base/text';

/** A size that the user chose, and the template that it was chosen for. */
export interface LastSize {
  readonly sizeId: string;
  readonly templateId: string | undefined;
}

/** Reasons of refusals by size id; those of {@link allButMicro} and {@link noSize} have keys of their own. */
interface Refused {
  readonly owner: string;
  readonly reasons: Readonly<Record<string, string>>;
}

const refusedKey = 'celesto.refusedSizes';
const lastKey = 'celesto.lastSize';
/** Key of the refusal of every size but the smallest. */
const allButMicro = '*';
/** Key of the refusal of a create that names no size. */
const noSize = '';
/** Characters kept of a reason. */
const maxReason = 300;

/** The sizes that the account's plan has refused, and the size that was chosen last. All windows share them. */
export class SizeMemory {
  constructor(
    private readonly memory: Memento,
    /** Identifies the account: another plan may allow what this one refuses. */
    private readonly owner: () => string,
  ) {}

  get last(): LastSize | undefined {
    return this.memory.get(lastKey) as LastSize | undefined;
  }

  /** The reason for which the service refused a size; undefined where it has not. @param sizeId default: no size */
  refusalOf = (sizeId: string = noSize): string | undefined => {
    const reasons = new Map(Object.entries(this.reasons));
    return reasons.get(sizeId) ?? (sizeId === microSizeId ? undefined : reasons.get(allButMicro));
  };

  /** Remembers that the service refused a create for its size. */
  async noteRefused({ size_id: sizeId = noSize, vcpus }: CreateRequest, error: ApiError): Promise<void> {
    // Free numbers have no row that could be marked.
    if (vcpus !== undefined) return;
    const isMicroOnly = error.refusal && nextStepOf(error.refusal) === 'useMicroSize';
    const key = isMicroOnly ? allButMicro : sizeId;
    await this.save({ ...this.reasons, [key]: truncate(error.message, maxReason) });
  }

  /** Remembers the size that the user chose. One that was refused is tried anew: the plan may have changed. */
  async noteChosen({ size_id: sizeId, template_id: templateId }: CreateRequest): Promise<void> {
    if (sizeId === undefined) return;
    await this.memory.update(lastKey, { sizeId, templateId } satisfies LastSize);
    if (this.refusalOf(sizeId) === undefined) return;
    const others = Object.entries(this.reasons).filter(([key]) => key !== sizeId && key !== allButMicro);
    await this.save(Object.fromEntries(others));
  }

  /** Forgets the refusals: another account is used. */
  async forgetRefused(): Promise<void> {
    if (this.memory.get(refusedKey) !== undefined) await this.memory.update(refusedKey, undefined);
  }

  private get reasons(): Refused['reasons'] {
    const refused = this.memory.get(refusedKey) as Refused | undefined;
    return refused?.owner === this.owner() ? refused.reasons : {};
  }

  private async save(reasons: Refused['reasons']): Promise<void> {
    await this.memory.update(refusedKey, { owner: this.owner(), reasons } satisfies Refused);
  }
}
