import type { JsonRecord } from '../../base/json';
import type { Candidate, SessionOutcome } from './candidate';
import { fieldOf, hasField, textOf } from './jsonFields';
import { nestedTextError, ownSessionError } from './savedSessionError';
import { openRecord, openText } from './savedStateText';
import { isState, readState, type StateContext } from './sessionState';

/** Recognizes the state of a whole run, which quotes its context, input and items beside its sessions. */
export function isRunState(record: JsonRecord): boolean {
  return (
    Object.hasOwn(record, '$schemaVersion') ||
    (hasField(record, 'current_agent') && hasField(record, 'original_input'))
  );
}

/** Recognizes the part of a run state that holds the sessions of its agents. */
export function isSandboxOfRun(record: JsonRecord): boolean {
  const hasBackend = hasField(record, 'backend_id') || hasField(record, 'current_agent_key');
  return hasField(record, 'sessions_by_agent') || (hasField(record, 'session_state') && hasBackend);
}

/** Collects the sessions of a run. Its sandbox alone has them. */
export function candidatesOfRun(run: JsonRecord, depth: number): readonly Candidate[] {
  const sandbox = openRecord({ value: fieldOf(run, 'sandbox'), depth });
  const candidates = sandbox ? candidatesOfSandbox(sandbox.value, sandbox.depth) : [];
  return candidates.length > 0 ? candidates : [{ rank: 'other', outcome: ownSessionError }];
}

/** Collects the sessions of the agents: usually the current one's twice. */
export function candidatesOfSandbox(sandbox: JsonRecord, depth: number): readonly Candidate[] {
  if (isState(sandbox)) return [{ rank: 'current', outcome: readState(sandbox, { depth }) }];
  const backend = textOf(sandbox, 'backend_id');
  const currentKey = textOf(sandbox, 'current_agent_key');
  const agent = textOf(sandbox, 'current_agent_name') ?? currentKey;
  const current = outcomeOf(fieldOf(sandbox, 'session_state'), { depth, agent, backend });
  const candidates: Candidate[] = current ? [{ rank: 'current', outcome: current }] : [];
  const byAgent = openRecord({ value: fieldOf(sandbox, 'sessions_by_agent'), depth });
  for (const [key, value] of Object.entries(byAgent?.value ?? {})) {
    const outcome = outcomeOfAgent(key, value, { depth: byAgent?.depth ?? depth, backend });
    if (outcome) candidates.push({ rank: key === currentKey ? 'current' : 'other', outcome });
  }
  return candidates;
}

/** Reads the session of one agent, from its entry among those of all agents. */
function outcomeOfAgent(key: string, value: unknown, context: StateContext): SessionOutcome | undefined {
  const entry = openRecord({ value, depth: context.depth });
  if (!entry) return undefined;
  return outcomeOf(fieldOf(entry.value, 'session_state'), {
    depth: entry.depth,
    agent: textOf(entry.value, 'agent_name') ?? textOf(entry.value, 'current_agent_name') ?? key,
    backend: textOf(entry.value, 'backend_id') ?? context.backend,
  });
}

function outcomeOf(value: unknown, context: StateContext): SessionOutcome | undefined {
  if (openText({ value, depth: context.depth }) === 'tooDeep') return nestedTextError;
  const state = openRecord({ value, depth: context.depth });
  return state && readState(state.value, { ...context, depth: state.depth });
}
