import { basename } from 'node:path/posix';
import { quote } from '../../shell/quoting';

/** The argument that makes a program read its code from standard input; empty where it does so by default. */
const stdinArguments: Readonly<Record<string, string>> = {
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

/** For other programs: standard input as a file. */
const stdinDevice = '/dev/stdin';

/** The program for each language, by VS Code's language id. */
const interpreters: Readonly<Record<string, string>> = {
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
 * The command that runs a text given on standard input: by the text's shebang (`#!`), else by its language.
 * @returns undefined where neither names a program
 */
export function interpreterFor(text: string, languageId: string): string | undefined {
  const shebang = /^#!\s*(\S.*)/.exec(text)?.[1]?.trim();
  if (shebang !== undefined) return commandReadingStdin(shebang.split(/\s+/));
  const program = interpreters[languageId];
  return program === undefined ? undefined : commandReadingStdin([program]);
}

/** After `env` the program is the first argument that is neither an option nor a variable. */
function commandReadingStdin(args: readonly string[]): string {
  const isEnv = basename(args[0] ?? '') === 'env';
  const index = isEnv ? args.findIndex((arg, i) => i > 0 && !/^-|=/.test(arg)) : 0;
  const stdinArgument = stdinArguments[basename(args[index] ?? '')] ?? stdinDevice;
  return [...args.map(quote), stdinArgument].filter(Boolean).join(' ');
}
