import { basename } from 'node:path/posix';
import { quote } from '../../shell/quote';

/** How a program is told to read what it runs from standard input; nothing where it does so by itself. */
const fromInput: Readonly<Record<string, string>> = {
  sh: '',
  bash: '',
  dash: '',
  zsh: '',
  ksh: '',
  fish: '',
  python: '-',
  python2: '-',
  python3: '-',
  node: '-',
  deno: 'run -',
  bun: 'run -',
  ruby: '-',
  perl: '-',
  php: '',
  lua: '-',
  julia: '-',
  Rscript: '-',
  pwsh: '-Command -',
};

/** The program for a language, by VS Code's name of it. */
const programs: Readonly<Record<string, string>> = {
  shellscript: 'bash',
  python: 'python3',
  javascript: 'node',
  ruby: 'ruby',
  perl: 'perl',
  php: 'php',
  lua: 'lua',
  julia: 'julia',
  r: 'Rscript',
  powershell: 'pwsh',
};

/**
 * The command that runs a text given on standard input: by the text's first line (`#!`), else by its language.
 * @returns undefined where neither tells
 */
export function interpreterFor(text: string, languageId: string): string | undefined {
  const line = /^#!\s*(\S.*)/.exec(text)?.[1]?.trim();
  if (line !== undefined) return reading(line.split(/\s+/));
  const program = programs[languageId];
  return program === undefined ? undefined : reading([program]);
}

/** With `env` the program is the first word behind it that is neither an option nor a variable. */
function reading(words: readonly string[]): string {
  const isEnv = basename(words[0] ?? '') === 'env';
  const index = isEnv ? words.findIndex((word, i) => i > 0 && !/^-|=/.test(word)) : 0;
  const option = fromInput[basename(words[index] ?? '')] ?? '/dev/stdin';
  return [...words.map(quote), option].filter(Boolean).join(' ');
}
