/** A remark on a line of a build script. */
export interface LintWarning {
  line: number;
  code: 'apt_without_yes' | 'file_reference';
  message: string;
}

const rules: readonly (readonly [LintWarning['code'], (line: string) => boolean, string])[] = [
  [
    'apt_without_yes',
    (line) => /\bapt(-get)?\s+install\b/.test(line) && !/\s-y\b|\s--yes\b/.test(line),
    'apt asks a question without -y, which nobody answers.',
  ],
  [
    'file_reference',
    (line) => /^\s*(cp|source|\.)\s+\.\//.test(line),
    'Files beside the script are not there when it runs.',
  ],
];

/** Remarks on a build script, in the order of its lines. */
export function lint(script: string): LintWarning[] {
  return script
    .split('\n')
    .flatMap((text, index) =>
      rules
        .filter(([, matches]) => matches(text))
        .map(([code, , message]) => ({ line: index + 1, code, message })),
    );
}
