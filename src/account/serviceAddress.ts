import { t } from '@vscode/l10n';
import { BaseUrlError, defaultBaseUrl, parseBaseUrl } from '../api/baseUrl';
import { messageOf } from '../base/errors';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Environment variables that name the address. Celesto's tools read the first, with `/v1`; its apps the second. */
const addressVariables = ['CELESTO_BASE_URL', 'CELESTO_API_URL'] as const;

export type AddressVariable = (typeof addressVariables)[number];

/** `cli` and `legacyCli`: the address that `celesto auth login` saved with its key. */
export type AddressSource = 'default' | 'setting' | AddressVariable | 'cli' | 'legacyCli';

/** The origin of the service, and what names it. */
export interface ServiceAddress {
  readonly source: AddressSource;
  readonly origin: string;
}

/**
 * Reads the address of the service: that of the setting, else that of the environment, else the default.
 * @throws BaseUrlError when it must not be used
 */
export function serviceAddress(setting: string | undefined, environment: Environment): ServiceAddress {
  return (
    settingAddress(setting) ??
    environmentAddress(environment) ?? { source: 'default', origin: defaultBaseUrl }
  );
}

/** Reads the address of the setting, if it is set. @throws BaseUrlError */
export function settingAddress(setting: string | undefined): ServiceAddress | undefined {
  const text = setting?.trim();
  return text ? { source: 'setting', origin: parseBaseUrl(text) } : undefined;
}

/** Reads the address of the environment, if there is one. @throws BaseUrlError, also where two variables disagree */
export function environmentAddress(environment: Environment): ServiceAddress | undefined {
  const named = addressVariables
    .map((variable) => addressOf(variable, environment))
    .filter((address) => address !== undefined);
  const [first, second] = named;
  if (first && second && first.origin !== second.origin) {
    throw new BaseUrlError(
      t(
        '{0} names {1}, but {2} names {3}. Unset one of them, or set celesto.baseUrl.',
        first.source,
        hostOf(first.origin),
        second.source,
        hostOf(second.origin),
      ),
    );
  }
  return first;
}

/** Names the host of an origin, with its port if that is not the usual one. */
export function hostOf(origin: string): string {
  return new URL(origin).host;
}

function addressOf(variable: AddressVariable, environment: Environment): ServiceAddress | undefined {
  const text = environment[variable]?.trim();
  if (!text) return undefined;
  try {
    return { source: variable, origin: parseBaseUrl(text) };
  } catch (error) {
    throw new BaseUrlError(
      t('{0} cannot be used. {1} Correct it, or set celesto.baseUrl.', variable, messageOf(error)),
    );
  }
}
