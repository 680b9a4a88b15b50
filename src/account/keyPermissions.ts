import type { AddressSource, ServiceAddress } from './serviceAddress';

/** `stored`: pasted earlier. `cli`: saved by `celesto auth login` of 0.1; `legacyCli`: of 0.0.14 and earlier. */
export type KeySource = 'pasted' | 'stored' | 'environment' | 'cli' | 'legacyCli';

/** `asks`: after the user has agreed once to this key, where it comes from and where it goes. */
export type Permission = 'sends' | 'asks' | 'refuses';

const toOthersOnly = { cli: 'refuses', legacyCli: 'refuses' } as const;

/** Permission of each source of a key for each source of an address, where the key belongs to that address. */
const permissions: Readonly<Record<KeySource, Readonly<Record<AddressSource, Permission>>>> = {
  pasted: {
    ...{ default: 'sends', setting: 'sends', CELESTO_BASE_URL: 'asks', CELESTO_API_URL: 'asks' },
    ...toOthersOnly,
  },
  // The question was asked when it was entered for that address.
  stored: {
    ...{ default: 'sends', setting: 'sends', CELESTO_BASE_URL: 'sends', CELESTO_API_URL: 'sends' },
    ...toOthersOnly,
  },
  environment: {
    ...{ default: 'asks', setting: 'asks', CELESTO_BASE_URL: 'asks', CELESTO_API_URL: 'asks' },
    ...toOthersOnly,
  },
  cli: {
    ...{ default: 'refuses', setting: 'asks', CELESTO_BASE_URL: 'refuses', CELESTO_API_URL: 'refuses' },
    ...{ cli: 'asks', legacyCli: 'refuses' },
  },
  legacyCli: {
    ...{ default: 'refuses', setting: 'asks', CELESTO_BASE_URL: 'refuses', CELESTO_API_URL: 'refuses' },
    ...{ cli: 'refuses', legacyCli: 'asks' },
  },
};

/** A key as far as its way is concerned. */
export interface KeyOrigin {
  readonly source: KeySource;
  /** The origin that it came with; undefined for one that belongs to whichever address is in use. */
  readonly origin?: string | undefined;
}

/** Tells whether a key may go to an address. A key that came with an address goes to that one alone. */
export function permissionFor(key: KeyOrigin, address: ServiceAddress): Permission {
  const belongsElsewhere = key.origin !== undefined && key.origin !== address.origin;
  return belongsElsewhere ? 'refuses' : permissions[key.source][address.source];
}
