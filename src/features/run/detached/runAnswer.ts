/** The state of a run on the computer. */
export type RunState =
  /** Its files are stored; it has not been started. */
  | { readonly kind: 'stored' }
  | { readonly kind: 'running' }
  /** The command has exited. `closed`: so has everything that could still write. */
  | { readonly kind: 'exited' | 'closed'; readonly code: number }
  /** Its processes are gone, and left no exit code. */
  | { readonly kind: 'lost' }
  /** Its folder is gone. */
  | { readonly kind: 'gone' };

/** The parsed output of readOutput.sh. */
export interface RunAnswer {
  /** Output from the requested chunk on, without a gap. */
  readonly chunks: readonly Buffer[];
  /** Undefined where the service has cut the answer, so that there may be more. */
  readonly state: RunState | undefined;
}

/** Reads the answer to a request for output from chunk `next` on. A chunk that has not arrived as it was sent ends it. */
export function parseRunAnswer(text: string, next: number): RunAnswer {
  const [, ...sections] = text.split(/^celesto /m);
  const chunks: Buffer[] = [];
  for (const section of sections) {
    if (section.startsWith('state ')) return { chunks, state: parseState(section) };
    const chunk = parseChunk(section, next + chunks.length);
    if (!chunk) break;
    chunks.push(chunk);
  }
  return { chunks, state: undefined };
}

/** Parses `chunk NUMBER BYTES`, followed by lines of base64. */
function parseChunk(section: string, number: number): Buffer | undefined {
  const [head = '', ...base64] = section.split(/\r?\n/);
  const [, foundNumber, size] = /^chunk (\d+) (\d+)$/.exec(head) ?? [];
  const bytes = Buffer.from(base64.join(''), 'base64');
  return Number(foundNumber) === number && bytes.length === Number(size) ? bytes : undefined;
}

function parseState(section: string): RunState | undefined {
  const [, kind, code] = /^state ([a-z]+)(?: (\d+))?\r?\n/.exec(section) ?? [];
  if (kind === 'stored' || kind === 'running' || kind === 'lost' || kind === 'gone') return { kind };
  const hasExited = (kind === 'exited' || kind === 'closed') && code !== undefined;
  return hasExited ? { kind, code: Number(code) } : undefined;
}
