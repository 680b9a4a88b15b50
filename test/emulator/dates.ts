/**
 * Spelling of dates in answers: with `Z`, with an offset, without a zone, with microseconds, or `mixed`, each by its
 * field. One without a zone is in UTC.
 */
export type DateSpelling = 'mixed' | 'z' | 'offset' | 'noZone' | 'microseconds';

const spellings: Record<Exclude<DateSpelling, 'mixed'>, (iso: string) => string> = {
  z: (iso) => iso,
  offset: (iso) => iso.replace('Z', '+00:00'),
  noZone: (iso) => iso.replace('Z', ''),
  microseconds: (iso) => iso.replace(/\.(\d{3})Z$/, '.$1042Z'),
};

/** The fields of `mixed` that are not spelt with `Z`. */
const mixed: Record<string, (iso: string) => string> = {
  created_at: (iso) => spellings.noZone(spellings.microseconds(iso)),
  updated_at: (iso) => spellings.noZone(spellings.microseconds(iso)),
  stopped_at: (iso) => spellings.offset(spellings.microseconds(iso)),
};

const isoDate = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** @returns a copy of an answer with its dates in a spelling; the end of a token's life always keeps its zone */
export function spellDates(answer: unknown, spelling: DateSpelling, field = ''): unknown {
  if (typeof answer === 'string') return isoDate.test(answer) ? spell(answer, spelling, field) : answer;
  if (Array.isArray(answer)) return answer.map((item) => spellDates(item, spelling, field));
  if (typeof answer !== 'object' || answer === null) return answer;
  return Object.fromEntries(
    Object.entries(answer).map(([name, value]) => [name, spellDates(value, spelling, name)]),
  );
}

function spell(iso: string, spelling: DateSpelling, field: string): string {
  if (spelling === 'mixed') return (mixed[field] ?? spellings.z)(iso);
  return field === 'expires_at' && spelling === 'noZone' ? iso : spellings[spelling](iso);
}
