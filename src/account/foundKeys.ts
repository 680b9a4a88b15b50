import { t } from '@vscode/l10n';
import { BaseUrlError } from '../api/baseUrl';
import type { Agreements } from './agreements';
import { type CliKey, readCliKeys } from './cliKeys';
import { permissionFor } from './keyPermissions';
import {
  type Environment,
  environmentAddress,
  hostOf,
  type ServiceAddress,
  serviceAddress,
  settingAddress,
} from './serviceAddress';

/** A key that one of Celesto's own tools would use, with the address that it goes to. */
export interface FoundKey {
  readonly source: 'environment' | CliKey['source'];
  readonly apiKey: string;
  readonly address: ServiceAddress;
  readonly email?: string | undefined;
}

export interface FoundKeysDeps {
  /** The service address of the settings, if set. */
  readonly baseUrl: () => string | undefined;
  readonly environment: Environment;
  /** The user's home folder. */
  readonly home: string;
}

/** Finds keys in the environment and in the files of Celesto's CLI. Each goes to the address that it came with. */
export class FoundKeys {
  /** Keys that were read, for the log to leave out. */
  private readonly seen = new Set<string>();

  constructor(
    private readonly deps: FoundKeysDeps,
    private readonly agreements: Agreements,
  ) {}

  /** Keys that must never be written to a log. */
  secrets(): readonly string[] {
    return [...this.seen, this.environmentKey ?? ''];
  }

  /** Lists the keys that the user may choose, with sentences about those that are not used. */
  async list(): Promise<{ keys: FoundKey[]; problems: string[] }> {
    const { keys: saved, problems: unusable } = await this.readCli();
    const problems = [...unusable];
    const keys: FoundKey[] = [];
    const candidates = [
      ...saved.map((key) => () => this.fromCli(key)),
      ...(this.environmentKey === undefined ? [] : [() => this.fromEnvironment()]),
    ];
    for (const candidate of candidates) {
      try {
        keys.push(candidate());
      } catch (error) {
        if (!(error instanceof BaseUrlError)) throw error;
        problems.push(error.message);
      }
    }
    return { keys, problems };
  }

  /** Finds the key of the environment for the address in use, if it belongs there and the user has agreed to it. */
  agreedEnvironmentKey(): FoundKey | undefined {
    if (this.environmentKey === undefined) return undefined;
    try {
      return this.agreed([this.fromEnvironment()]);
    } catch (error) {
      if (error instanceof BaseUrlError) return undefined;
      throw error;
    }
  }

  /** Finds the key of the CLI for an origin, if it is still there and the user has agreed to it. @throws BaseUrlError */
  async agreedCliKey(source: CliKey['source'], origin: string): Promise<FoundKey | undefined> {
    const { keys } = await this.readCli(source);
    const matching = keys.filter((key) => key.origin === origin);
    return this.agreed(matching.map((key) => this.fromCli(key)));
  }

  private get environmentKey(): string | undefined {
    const key = this.deps.environment.CELESTO_API_KEY?.trim();
    return key === '' ? undefined : key;
  }

  private agreed(keys: readonly FoundKey[]): FoundKey | undefined {
    return keys.find(({ source, apiKey, address: { origin } }) =>
      this.agreements.hasKey({ source, origin, apiKey }),
    );
  }

  private async readCli(source?: CliKey['source']) {
    const found = await readCliKeys(this.deps.home, this.deps.environment, source);
    for (const { apiKey } of found.keys) this.seen.add(apiKey);
    return found;
  }

  /** Pairs the key of the CLI with its own address. @throws BaseUrlError where the setting names another one */
  private fromCli({ source, apiKey, origin, email }: CliKey): FoundKey {
    const address = settingAddress(this.deps.baseUrl()) ?? { source, origin };
    if (permissionFor({ source, origin }, address) === 'refuses') {
      throw new BaseUrlError(
        t(
          'The key of celesto auth login is for {0}, but celesto.baseUrl names {1}. To use that key, reset the setting.',
          hostOf(origin),
          hostOf(address.origin),
        ),
      );
    }
    return { source, apiKey, address, email };
  }

  /** Pairs the key of the environment with the address in use. @throws BaseUrlError where it came with another one */
  private fromEnvironment(): FoundKey {
    const { baseUrl, environment } = this.deps;
    const address = serviceAddress(baseUrl(), environment);
    const origin = environmentAddress(environment)?.origin;
    const source = 'environment';
    if (permissionFor({ source, origin }, address) === 'refuses') {
      throw new BaseUrlError(
        t(
          'The key in CELESTO_API_KEY is for {0}, but celesto.baseUrl names {1}. To use that key, reset the setting.',
          hostOf(origin ?? address.origin),
          hostOf(address.origin),
        ),
      );
    }
    return { source, apiKey: this.environmentKey ?? '', address };
  }
}
