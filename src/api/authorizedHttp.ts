import type * as v from 'valibot';
import type { ApiErrorKind } from './apiErrorKinds';
import { ApiError, isApiError } from './apiErrors';
import type { Call, Credentials, Http } from './http';

/** Makes calls with the credentials of the signed-in user, and reports credentials that the service rejects. */
export class AuthorizedHttp {
  constructor(
    private readonly http: Http,
    private readonly credentials: () => Promise<Credentials | undefined>,
    private readonly onRejected: (error: ApiError, rejected: Credentials) => void,
  ) {}

  /** Reads something that the extension can do without. A key that lacks permission for it (403) is not reported. */
  async optional<S extends v.GenericSchema>(
    schema: S,
    call: Omit<Call, 'method'>,
  ): Promise<v.InferOutput<S>> {
    return this.call(schema, { method: 'GET', ...call }, ['auth']);
  }

  /**
   * Makes a call with one answer.
   * @param rejections errors that make the key useless as a whole. A key without permission for one action can be good
   * for others, unless it cannot even read.
   */
  async call<S extends v.GenericSchema>(
    schema: S,
    call: Call,
    rejections: ApiErrorKind[] = call.method === 'GET' ? ['auth', 'forbidden'] : ['auth'],
  ): Promise<v.InferOutput<S>> {
    const credentials = await this.requireCredentials();
    try {
      return await this.http.json(schema, credentials, call);
    } catch (error) {
      // A refusal with a reason of its own leaves the key as it is.
      if (isApiError(error, ...rejections) && !error.refusal) this.onRejected(error, credentials);
      throw error;
    }
  }

  /** Makes a call that is answered with a stream of events. */
  async *events(call: Call): AsyncGenerator<string, void, undefined> {
    const credentials = await this.requireCredentials();
    try {
      yield* this.http.events(credentials, call);
    } catch (error) {
      if (isApiError(error, 'auth')) this.onRejected(error, credentials);
      throw error;
    }
  }

  private async requireCredentials(): Promise<Credentials> {
    const credentials = await this.credentials();
    if (!credentials) throw new ApiError('auth');
    return credentials;
  }
}

/** Builds the path of a computer or of one of its actions. @throws ApiError `notFound` for an impossible id or name */
export function computerPath(idOrName: string, action?: string): string {
  return resourcePath('/v1/computers', idOrName, action);
}

/** Builds the path of an action of a custom template. @throws ApiError `notFound` for an impossible id */
export function templatePath(id: string, action: string): string {
  return resourcePath('/v1/templates', id, action);
}

function resourcePath(collection: string, id: string, action: string | undefined): string {
  // '.' and '..' survive percent-encoding and would name another route; half a surrogate pair cannot be encoded.
  if (/^\.{0,2}$|\p{Cs}/u.test(id)) throw new ApiError('notFound');
  const path = `${collection}/${encodeURIComponent(id)}`;
  return action ? `${path}/${action}` : path;
}
