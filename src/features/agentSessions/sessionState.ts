import type { JsonRecord } from '../../base/json';
import { truncate } from '../../base/text';
import type { SessionOutcome } from './candidate';
import { fieldOf, hasField, textOf } from './jsonFields';
import {
  invalidIdError,
  localComputerError,
  notStartedError,
  otherBackendError,
  unboundOptionsError,
  unknownBackendError,
} from './savedSessionError';
import { openRecord } from './savedStateText';

/** Facts around a state. */
export interface StateContext {
  /** The number of texts that the state was taken out of. */
  readonly depth: number;
  readonly agent?: string | undefined;
  /** The backend of the run, for a state that names none. */
  readonly backend?: string | undefined;
}

const celestoBackend = 'celesto';
/** The backend of computers on the user's own machine. */
const localBackend = 'smolvm';
/** Fields of Celesto's options of a session. Its states have these, too. */
const optionFields = ['computer_id', 'delete_on_close', 'start_timeout_seconds'];
/** Fields that states have, and options have not. */
const stateFields = ['manifest', 'snapshot', 'session_id'];
/** The form of ids and names of computers. No other text is sent to the service. */
const computerPattern = /^(?=.*[A-Za-z0-9])[\w.-]{1,64}$/;

/** Recognizes the state of a session, or its options: Python's, and JavaScript's with or without its envelope. */
export function isState(record: JsonRecord): boolean {
  const hasAny = (names: readonly string[]): boolean => names.some((name) => hasField(record, name));
  if (hasField(record, 'provider_state')) return hasAny(['backend_id', 'type', 'manifest']);
  if (record.type === celestoBackend) return hasAny([...optionFields, 'manifest']);
  if (record.type === localBackend) return hasAny(['vm_id', 'manifest']);
  return hasField(record, 'manifest') && hasAny(['computer_id', 'snapshot', 'session_id']);
}

/** True for the options that a session is made from: they lack what a session has of its own. */
export function isOptions(record: JsonRecord): boolean {
  return ![...stateFields, 'provider_state'].some((name) => hasField(record, name));
}

/**
 * Reads a state. Of its manifest only the root is used. JavaScript keeps the provider's own fields in `providerState`,
 * beside the manifest, and names the backend in the envelope.
 */
export function readState(state: JsonRecord, context: StateContext): SessionOutcome {
  const { depth, agent } = context;
  const provider = recordIn(state, 'provider_state', depth) ?? state;
  const backend =
    textOf(state, 'backend_id') ?? textOf(provider, 'type') ?? textOf(state, 'type') ?? context.backend;
  if (backend === undefined) return unknownBackendError;
  if (backend === localBackend) return () => localComputerError(textOf(provider, 'vm_id'));
  if (backend !== celestoBackend) return () => otherBackendError(backend);
  const id = fieldOf(provider, 'computer_id');
  if (id === undefined) return isOptions(state) ? unboundOptionsError : notStartedError;
  if (typeof id !== 'string' || !computerPattern.test(id)) return invalidIdError;
  return {
    computerId: id,
    sessionId: shortText(textOf(provider, 'session_id')),
    agent: shortText(agent),
    root: rootIn(recordIn(state, 'manifest', depth) ?? recordIn(provider, 'manifest', depth)),
    deleteOnClose: fieldOf(provider, 'delete_on_close') === true,
  };
}

function recordIn(record: JsonRecord, name: string, depth: number): JsonRecord | undefined {
  return openRecord({ value: fieldOf(record, name), depth })?.value;
}

/** Reads the root. Text with line breaks or other control characters is no directory, and must not reach a shell. */
function rootIn(manifest: JsonRecord | undefined): string | undefined {
  const root = manifest && textOf(manifest, 'root');
  return root !== undefined && /^\P{Cc}{1,1024}$/u.test(root) ? root : undefined;
}

function shortText(text: string | undefined): string | undefined {
  return text === undefined ? undefined : truncate(text, 64) || undefined;
}
