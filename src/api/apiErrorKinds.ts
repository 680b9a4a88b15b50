/** Reasons for a failed call, divided by what to do next. */
export type ApiErrorKind =
  | 'network'
  | 'timeout'
  | 'auth'
  | 'forbidden'
  | 'notFound'
  | 'conflict'
  | 'validation'
  | 'planLimit'
  | 'rateLimit'
  | 'server'
  | 'malformed'
  /** A stream that ended before the command that it reports did. */
  | 'interrupted';

/** The service cannot be reached or is overloaded; the same call may succeed later. */
export const transientKinds = ['network', 'timeout', 'server', 'rateLimit'] as const;

/** The answer was lost or cannot be read: the service may have carried out the call. */
export const ambiguousKinds = ['network', 'timeout', 'server', 'malformed'] as const;

/** One call of the service failed while the service itself answers: another transport does not need that call. */
export const fallbackKinds = [
  'forbidden',
  'notFound',
  'conflict',
  'validation',
  'server',
  'malformed',
] as const;
