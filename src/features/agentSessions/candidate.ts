import type { SavedSession } from './savedSession';
import type { SavedSessionError } from './savedSessionError';

/** A session, or the reason for which a state names none: made on demand, since a file may have thousands. */
export type SessionOutcome = SavedSession | (() => SavedSessionError);

/** The order of choice: the session of a run's current agent, any other, and the options of one. */
export const ranks = ['current', 'other', 'options'] as const;

/** The reading of one state of a file. */
export interface Candidate {
  readonly rank: (typeof ranks)[number];
  readonly outcome: SessionOutcome;
}
