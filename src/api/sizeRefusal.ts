import { ApiError } from './apiErrors';
import { nextStepOf, refusalKind } from './refusals';

/** Statuses with which the service refuses a create for its size. */
const sizeStatuses: readonly (number | undefined)[] = [400, 402, 403, 409, 422];

/** A size, what it consists of, and their fields in a create request, as the service's sentence or its fields name them. */
const sizeWords = /(?<![a-z])(sizes?|size_?id|v?cpus?|ram|memory)(?![a-z])/i;

/** True where the service refuses a create for its size, or for the lack of one: another size may be allowed. */
export function isSizeRefusal(error: unknown): error is ApiError {
  if (!(error instanceof ApiError)) return false;
  const { refusal, status, detail = '' } = error;
  // A code of the plan is precise. One of the kind `forbidden` may be guessed from the words of the same sentence.
  if (refusal && refusalKind(refusal) === 'planLimit')
    return ['useMicroSize', 'chooseSize'].includes(nextStepOf(refusal));
  return sizeStatuses.includes(status) && sizeWords.test(detail);
}
