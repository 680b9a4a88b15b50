/** A localhost address in the output of a program, such as a dev server prints. */
export interface LocalhostAddress {
  /** Offset in the text. */
  readonly index: number;
  readonly length: number;
  readonly scheme: 'http' | 'https';
  readonly port: number;
  /** Path, query and fragment after the port; may be empty. */
  readonly path: string;
}

const host = String.raw`(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\])`;
const pattern = new RegExp(
  String.raw`(?<![\w.@/:-])(?:(https?)://${host}(?::(\d{1,5}))?|${host}:(\d{1,5}))(?![\w:-]|\.\w)([/?#][^\s"'<>\`]*)?`,
  'gi',
);
/** The end of a sentence or of a bracket around an address. */
const trailingPunctuation = /[.,;:!?)\]}]+$/;

/** Finds addresses such as localhost:3000 or http://127.0.0.1:8080/docs in a line of terminal output. */
export function findLocalhostAddresses(line: string): LocalhostAddress[] {
  return [...line.matchAll(pattern)].flatMap((match) => {
    const scheme = match[1]?.toLowerCase() === 'https' ? 'https' : 'http';
    const port = Number(match[2] ?? match[3] ?? (scheme === 'https' ? 443 : 80));
    const tail = match[4] ?? '';
    const path = tail.replace(trailingPunctuation, '');
    const length = match[0].length - (tail.length - path.length);
    return port >= 1 && port <= 65_535 ? [{ index: match.index, length, scheme, port, path }] : [];
  });
}
