import { ranks } from './candidate';
import type { SavedSession } from './savedSession';
import { brokenLineError, noSessionError, type SavedSessionError } from './savedSessionError';
import { parseSavedStates } from './savedStateText';
import { candidatesIn } from './sessionCandidates';

/** The sessions that a file offers: of computers of their own, at least one. */
export interface SavedSessions {
  readonly sessions: readonly SavedSession[];
  /** The first line that could not be read, where the file holds one state a line. */
  readonly brokenLine: number | undefined;
}

/**
 * Reads the sessions in the text of a file: collects all candidates, then takes those of the best rank.
 * @throws SavedSessionError the reason of the best candidate where none names a computer
 */
export function readSavedSessions(text: string): SavedSessions {
  const { states, brokenLine } = parseSavedStates(text);
  const candidates = candidatesIn(states);
  const reasons: (() => SavedSessionError)[] = [];
  for (const rank of ranks) {
    const sessions = new Map<string, SavedSession>();
    for (const { outcome } of candidates.filter((candidate) => candidate.rank === rank)) {
      if (typeof outcome === 'function') reasons.push(outcome);
      else if (!sessions.has(outcome.computerId)) sessions.set(outcome.computerId, outcome);
    }
    if (sessions.size > 0) return { sessions: [...sessions.values()], brokenLine };
  }
  throw brokenLine === undefined ? (reasons[0] ?? noSessionError)() : brokenLineError(brokenLine);
}
