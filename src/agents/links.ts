/** What a link to this extension asks for. */
export interface OpenLink {
  readonly computer: string;
}

/** Ids and names are short words: nothing else is looked for, or shown to a person who is asked. */
const wordPattern = /^[\w.-]{1,64}$/;

/**
 * Reads a link `vscode://celesto.celesto-computers/open?computer=ID`; undefined for any other.
 * @param path of the link
 * @param query of the link, decoded or not
 */
export function readLink(path: string, query: string): OpenLink | undefined {
  const computer = new URLSearchParams(query).get('computer') ?? '';
  return path === '/open' && wordPattern.test(computer) ? { computer } : undefined;
}
