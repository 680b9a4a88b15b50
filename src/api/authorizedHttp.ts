import type * as v from 'valibot';
import { ApiError, isApiError, type ApiErrorKind } from './errors';
import type { Call, Credentials, Http } from './http';

/** Makes calls as whoever is signed in, and tells when the service refuses them. */
export class AuthorizedHttp {
  constructor(
    private readonly http: Http,
    private readonly credentials: () => Promise<Credentials | undefined>,
    private readonly onRefused: (error: ApiError, refused: Credentials) => void,
  ) {}

  /** Reads what one can do without, so that a refusal says nothing of the key. */
  async optional<S extends v.GenericSchema>(
    schema: S,
    call: Omit<Call, 'method'>,
  ): Promise<v.InferOutput<S>> {
    return this.call(schema, { method: 'GET', ...call }, ['auth']);
  }

  /**
   * A call with one answer.
   * @param refusals what makes the key useless as a whole. One that may not do one thing can be good for others,
   * unless it may not even read.
   */
  async call<S extends v.GenericSchema>(
    schema: S,
    call: Call,
    refusals: ApiErrorKind[] = call.method === 'GET' ? ['auth', 'forbidden'] : ['auth'],
  ): Promise<v.InferOutput<S>> {
    const credentials = await this.signedIn();
    try {
      return await this.http.json(schema, credentials, call);
    } catch (error) {
      if (isApiError(error, ...refusals)) this.onRefused(error, credentials);
      throw error;
    }
  }

  /** A call that is answered with a stream of events. */
  async *events(call: Call): AsyncGenerator<string, void, undefined> {
    const credentials = await this.signedIn();
    try {
      yield* this.http.events(credentials, call);
    } catch (error) {
      if (isApiError(error, 'auth')) this.onRefused(error, credentials);
      throw error;
    }
  }

  private async signedIn(): Promise<Credentials> {
    const credentials = await this.credentials();
    if (!credentials) throw new ApiError('auth');
    return credentials;
  }
}

/** The path of a computer or of one of its calls. @throws ApiError `notFound` for what can be no id and no name */
export function computerPath(idOrName: string, action?: string): string {
  // '.' and '..' survive percent-encoding and would name another route; half a surrogate pair cannot be encoded.
  if (/^\.{0,2}$|\p{Cs}/u.test(idOrName)) throw new ApiError('notFound');
  const path = `/v1/computers/${encodeURIComponent(idOrName)}`;
  return action ? `${path}/${action}` : path;
}
