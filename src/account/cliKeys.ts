import { isAbsolute, join } from 'node:path';
import { t } from '@vscode/l10n';
import { BaseUrlError, parseBaseUrl } from '../api/baseUrl';
import { isRecord, type JsonRecord, parseJson } from '../base/json';
import { OwnFileError, readOwnFile } from './ownFile';
import type { Environment } from './serviceAddress';

/** A key that `celesto auth login` saved, with the address that it saved beside it. */
export interface CliKey {
  /** `cli`: the CLI 0.1 and later; `legacyCli`: 0.0.14 and earlier. */
  readonly source: 'cli' | 'legacyCli';
  readonly apiKey: string;
  readonly origin: string;
  readonly email?: string | undefined;
}

export interface CliKeys {
  readonly keys: readonly CliKey[];
  /** Sentences about files that are not used. */
  readonly problems: readonly string[];
}

/** The name before the address in the older CLI's map. Other entries hold preferences. */
const legacyAccountPrefix = 'api_key:';

/** The two generations of the CLI: where each keeps its sign-in when it has no keyring, and in which form. */
const generations = [
  {
    source: 'cli',
    file: (home: string) => join(home, '.celesto', 'credentials'),
    parse: parseCredentials,
  },
  {
    source: 'legacyCli',
    file: (home: string, { XDG_CONFIG_HOME: configHome = '' }: Environment) =>
      join(isAbsolute(configHome) ? configHome : join(home, '.config'), 'celesto', 'credentials.json'),
    parse: parseLegacyCredentials,
  },
] as const;

/**
 * Reads the keys that Celesto's CLI has saved in files of the user's own.
 * @param wanted the generation whose file is read; default: both
 */
export async function readCliKeys(
  home: string,
  environment: Environment,
  wanted?: CliKey['source'],
): Promise<CliKeys> {
  const read = generations.filter(({ source }) => wanted === undefined || source === wanted);
  const found = await Promise.all(read.map(({ file, parse }) => readFile(file(home, environment), parse)));
  return {
    keys: found.flatMap(({ keys }) => keys),
    problems: found.flatMap(({ problems }) => problems),
  };
}

async function readFile(path: string, parse: (text: string) => CliKey[]): Promise<CliKeys> {
  try {
    const text = await readOwnFile(path);
    return { keys: text === undefined ? [] : parse(text), problems: [] };
  } catch (error) {
    if (error instanceof OwnFileError) return { keys: [], problems: [error.message] };
    // The text of the error could repeat a part of the file.
    const reason = error instanceof BaseUrlError ? error.message : t('It is not what the CLI writes.');
    const problem = t('{0} is not used. {1} Run "celesto auth login" again.', path, reason);
    return { keys: [], problems: [problem] };
  }
}

/** Parses the file of 0.1: `{"api_key", "email", "base_url"}`. @throws for anything else */
export function parseCredentials(text: string): CliKey[] {
  const { api_key: apiKey, base_url: baseUrl, email } = parseObject(text);
  if (!isText(apiKey) || !isText(baseUrl)) throw new TypeError();
  const shown = isText(email) ? email : undefined;
  return [{ source: 'cli', apiKey: apiKey.trim(), origin: parseBaseUrl(baseUrl), email: shown }];
}

/** Parses the file of 0.0.14: `{"api_key:<address>": key}`, among entries of other names. @throws for anything else */
export function parseLegacyCredentials(text: string): CliKey[] {
  return Object.entries(parseObject(text))
    .filter(([account]) => account.startsWith(legacyAccountPrefix))
    .map(([account, apiKey]) => {
      if (!isText(apiKey)) throw new TypeError();
      const origin = parseBaseUrl(account.slice(legacyAccountPrefix.length));
      return { source: 'legacyCli', apiKey: apiKey.trim(), origin };
    });
}

function parseObject(text: string): JsonRecord {
  const value = parseJson(text);
  if (!isRecord(value)) throw new TypeError();
  return value;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}
