import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { ApiError, isApiError } from './errors';
import { readAs, type Call, type Credentials, type Http } from './http';
import {
  wireBulkDelete,
  wireComputer,
  wireComputerList,
  wireExecResult,
  wireOrganization,
  wireTemplate,
  wireTerminal,
  wireUser,
  type BulkDeleteResult,
  type CreateRequest,
  type ExecResult,
  type Organization,
  type Template,
  type TerminalTicket,
  type User,
  type WireComputer,
} from './wire';

/** The largest page the service gives. It has no cursor: what does not fit cannot be had. */
export const pageSize = 200;

/** How many the service deletes in one call. */
export const bulkSize = 100;

export interface ComputerList {
  readonly computers: WireComputer[];
  /** One error for each entry that could not be read. */
  readonly unreadable: ApiError[];
  /** The page is full: there may be more. */
  readonly possiblyMore: boolean;
}

/** One wish to create a computer. Sending it twice creates one computer, since its key goes with it. */
export interface CreateIntent {
  readonly request: CreateRequest;
  readonly idempotencyKey: string;
}

/** Makes a wish to create out of a request, with a key of its own. */
export function createIntent(request: CreateRequest): CreateIntent {
  return { request, idempotencyKey: randomUUID().replaceAll('-', '') };
}

/**
 * The service as typed calls. `idOrName` may be either, as the service takes both.
 * Every call rejects with an ApiError, or with the signal's reason once that is aborted; none throws at once.
 */
export class CelestoClient {
  constructor(
    private readonly http: Http,
    private readonly credentials: () => Promise<Credentials | undefined>,
    /** Told when the service does not accept the key, whichever call found out. */
    private readonly onRefused: (error: ApiError) => void = () => undefined,
  ) {}

  async list(signal?: AbortSignal): Promise<ComputerList> {
    const answer = await this.call(wireComputerList, {
      method: 'GET',
      path: '/v1/computers',
      query: { limit: pageSize },
      signal,
    });
    const computers: WireComputer[] = [];
    const unreadable: ApiError[] = [];
    for (const entry of answer.computers) {
      try {
        computers.push(readAs(wireComputer, entry));
      } catch (error) {
        if (!isApiError(error)) throw error;
        unreadable.push(error);
      }
    }
    return { computers, unreadable, possiblyMore: answer.computers.length >= pageSize };
  }

  async get(idOrName: string, signal?: AbortSignal): Promise<WireComputer> {
    return this.call(wireComputer, { method: 'GET', path: computerPath(idOrName), signal });
  }

  async create(intent: CreateIntent, signal?: AbortSignal): Promise<WireComputer> {
    return this.call(wireComputer, {
      method: 'POST',
      path: '/v1/computers',
      body: intent.request,
      headers: { 'idempotency-key': intent.idempotencyKey },
      signal,
    });
  }

  async start(idOrName: string, signal?: AbortSignal): Promise<WireComputer> {
    return this.call(wireComputer, { method: 'POST', path: computerPath(idOrName, 'start'), signal });
  }

  async stop(idOrName: string, signal?: AbortSignal): Promise<WireComputer> {
    return this.call(wireComputer, { method: 'POST', path: computerPath(idOrName, 'stop'), signal });
  }

  /** Re-arms a restore that was paused. Older services only: `notFound` where the call does not exist. */
  async retryRestore(idOrName: string, signal?: AbortSignal): Promise<WireComputer> {
    return this.call(wireComputer, { method: 'POST', path: computerPath(idOrName, 'retry-restore'), signal });
  }

  async delete(idOrName: string, signal?: AbortSignal): Promise<WireComputer> {
    return this.call(wireComputer, { method: 'DELETE', path: computerPath(idOrName), signal });
  }

  /** Deletes up to {@link bulkSize} at once. What could not be deleted is named in the answer, not thrown. */
  async bulkDelete(ids: readonly string[], signal?: AbortSignal): Promise<BulkDeleteResult> {
    return this.call(wireBulkDelete, {
      method: 'POST',
      path: '/v1/computers/bulk-delete',
      body: { computer_ids: ids },
      signal,
    });
  }

  async templates(signal?: AbortSignal): Promise<Template[]> {
    return this.call(v.array(wireTemplate), { method: 'GET', path: '/v1/computers/templates', signal });
  }

  /**
   * Runs one shell command. A non-zero exit is an answer, not an error.
   * @param timeout seconds the command may take, 1 to 300
   */
  async exec(idOrName: string, command: string, timeout: number, signal?: AbortSignal): Promise<ExecResult> {
    return this.call(wireExecResult, {
      method: 'POST',
      path: computerPath(idOrName, 'exec'),
      body: { command, timeout },
      timeLimit: (timeout + 10) * 1000,
      signal,
    });
  }

  /** Makes a terminal session on a running computer, or with `terminalId` goes back to one that was left. */
  async terminal(idOrName: string, terminalId?: string, signal?: AbortSignal): Promise<TerminalTicket> {
    return this.call(wireTerminal, {
      method: 'POST',
      path: computerPath(idOrName, 'terminals'),
      body: terminalId === undefined ? {} : { terminal_id: terminalId },
      signal,
    });
  }

  /** Who the key belongs to: the check that a key is good. */
  async user(signal?: AbortSignal): Promise<User> {
    return this.call(wireUser, { method: 'GET', path: '/v1/users/info', signal });
  }

  async organizations(signal?: AbortSignal): Promise<Organization[]> {
    return this.call(v.array(wireOrganization), { method: 'GET', path: '/v1/organizations/', signal });
  }

  private async call<S extends v.GenericSchema>(schema: S, call: Call): Promise<v.InferOutput<S>> {
    const credentials = await this.credentials();
    if (!credentials) throw new ApiError('auth');
    try {
      return await this.http.json(schema, credentials, call);
    } catch (error) {
      // A key that may not do one thing can still be good for others, unless it may not even list.
      if (isApiError(error, 'auth') || (isApiError(error, 'forbidden') && call.method === 'GET')) {
        this.onRefused(error);
      }
      throw error;
    }
  }
}

function computerPath(idOrName: string, action?: string): string {
  // '.' and '..' survive percent-encoding and would name another route; half a surrogate pair cannot be encoded.
  if (/^\.{0,2}$|\p{Cs}/u.test(idOrName)) throw new ApiError('notFound');
  const path = `/v1/computers/${encodeURIComponent(idOrName)}`;
  return action ? `${path}/${action}` : path;
}
