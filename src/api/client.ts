import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { AuthorizedHttp, computerPath } from './authorizedHttp';
import { isApiError, type ApiError } from './errors';
import { parseExecEvents } from './execStream';
import { readAs, type Credentials, type Http } from './http';
import * as wire from './wire';

/** The largest page the service gives. It has no cursor: what does not fit cannot be had. */
export const pageSize = 200;

/** How many the service deletes in one call. */
export const maxBulkDelete = 100;

export interface ComputerList {
  readonly computers: wire.WireComputer[];
  /** One error for each entry that could not be read. */
  readonly unreadable: ApiError[];
  /** The page is full: there may be more. */
  readonly possiblyMore: boolean;
}

/** One wish to create a computer. Sending it twice creates one computer, since its key goes with it. */
export interface CreateIntent {
  readonly request: wire.CreateRequest;
  readonly idempotencyKey: string;
}

/** Makes a wish to create out of a request, with a key of its own. */
export function createIntent(request: wire.CreateRequest): CreateIntent {
  return { request, idempotencyKey: randomUUID().replaceAll('-', '') };
}

/**
 * The service as typed calls. `idOrName` may be either, as the service takes both.
 * Every call rejects with an ApiError, or with the signal's reason once that is aborted; none throws at once.
 */
export class CelestoClient {
  private readonly http: AuthorizedHttp;

  /** @param onRefused told when the service does not accept a key, whichever call found out; and whose it is */
  constructor(
    http: Http,
    credentials: () => Promise<Credentials | undefined>,
    onRefused: (error: ApiError, refused: Credentials) => void = () => undefined,
  ) {
    this.http = new AuthorizedHttp(http, credentials, onRefused);
  }

  async list(signal?: AbortSignal): Promise<ComputerList> {
    const answer = await this.http.call(wire.wireComputerList, {
      method: 'GET',
      path: '/v1/computers',
      query: { limit: pageSize },
      signal,
    });
    const computers: wire.WireComputer[] = [];
    const unreadable: ApiError[] = [];
    for (const entry of answer.computers) {
      try {
        computers.push(readAs(wire.wireComputer, entry));
      } catch (error) {
        if (!isApiError(error)) throw error;
        unreadable.push(error);
      }
    }
    return { computers, unreadable, possiblyMore: answer.computers.length >= pageSize };
  }

  async get(idOrName: string, signal?: AbortSignal): Promise<wire.WireComputer> {
    return this.http.call(wire.wireComputer, { method: 'GET', path: computerPath(idOrName), signal });
  }

  async create(intent: CreateIntent, signal?: AbortSignal): Promise<wire.WireComputer> {
    return this.http.call(wire.wireComputer, {
      method: 'POST',
      path: '/v1/computers',
      body: intent.request,
      headers: { 'idempotency-key': intent.idempotencyKey },
      signal,
    });
  }

  async start(idOrName: string, signal?: AbortSignal): Promise<wire.WireComputer> {
    return this.http.call(wire.wireComputer, {
      method: 'POST',
      path: computerPath(idOrName, 'start'),
      signal,
    });
  }

  async stop(idOrName: string, signal?: AbortSignal): Promise<wire.WireComputer> {
    return this.http.call(wire.wireComputer, {
      method: 'POST',
      path: computerPath(idOrName, 'stop'),
      signal,
    });
  }

  /** Re-arms a restore that was paused. Older services only: `notFound` where the call does not exist. */
  async retryRestore(idOrName: string, signal?: AbortSignal): Promise<wire.WireComputer> {
    return this.http.call(wire.wireComputer, {
      method: 'POST',
      path: computerPath(idOrName, 'retry-restore'),
      signal,
    });
  }

  async delete(idOrName: string, signal?: AbortSignal): Promise<wire.WireComputer> {
    return this.http.call(wire.wireComputer, { method: 'DELETE', path: computerPath(idOrName), signal });
  }

  /** Deletes up to {@link maxBulkDelete} at once. What could not be deleted is named in the answer, not thrown. */
  async bulkDelete(ids: readonly string[], signal?: AbortSignal): Promise<wire.BulkDeleteResult> {
    return this.http.call(wire.wireBulkDelete, {
      method: 'POST',
      path: '/v1/computers/bulk-delete',
      body: { computer_ids: ids },
      signal,
    });
  }

  async templates(signal?: AbortSignal): Promise<wire.Template[]> {
    return this.http.call(v.array(wire.wireTemplate), {
      method: 'GET',
      path: '/v1/computers/templates',
      signal,
    });
  }

  /**
   * Runs one shell command. A non-zero exit is an answer, not an error.
   * @param timeout seconds the command may take, 1 to 300
   */
  async exec(
    idOrName: string,
    command: string,
    timeout: number,
    signal?: AbortSignal,
  ): Promise<wire.ExecResult> {
    return this.http.call(wire.wireExecResult, {
      method: 'POST',
      path: computerPath(idOrName, 'exec'),
      body: { command, timeout },
      timeoutMs: (timeout + 10) * 1000,
      signal,
    });
  }

  /**
   * Runs one shell command and tells what it writes as it comes; the last event is the exit. Leaving the loop or
   * aborting ends the call, with which the command should end, though the service does not promise that.
   * Not every service has it: `notFound` comes before the first event, and nothing has run then.
   * @param timeout seconds the command may take, 1 to 300
   * @throws ApiError: `interrupted` when the stream breaks before the exit; the command may still be running then
   */
  async *execStream(
    idOrName: string,
    command: string,
    timeout: number,
    signal?: AbortSignal,
  ): AsyncGenerator<wire.ExecEvent, void, undefined> {
    yield* parseExecEvents(
      this.http.events({
        method: 'POST',
        path: computerPath(idOrName, 'exec/stream'),
        body: { command, timeout },
        headers: { accept: 'text/event-stream' },
        timeoutMs: (timeout + 10) * 1000,
        signal,
      }),
    );
  }

  /** The commands that ran last on a computer through the service, at most `limit` (1 to 200). */
  async commands(idOrName: string, limit = 50, signal?: AbortSignal): Promise<wire.Command[]> {
    const path = computerPath(idOrName, 'commands');
    return (await this.http.optional(wire.wireCommands, { path, query: { limit }, signal })).commands;
  }

  /** How a computer is doing now, null where that is not known, and how it was doing for a while. */
  async observability(
    idOrName: string,
    window: wire.ObservabilityWindow,
    signal?: AbortSignal,
  ): Promise<wire.Observability> {
    const path = computerPath(idOrName, 'observability');
    return this.http.optional(wire.wireObservability, { path, query: { window }, signal });
  }

  /** The ports of a computer that are published. */
  async publishedPorts(idOrName: string, signal?: AbortSignal): Promise<wire.PublishedPort[]> {
    const path = computerPath(idOrName, 'published-ports');
    return this.http.optional(v.array(wire.wirePublishedPort), { path, signal });
  }

  /**
   * Lets everybody reach an HTTP port of a computer, without signing in. One that is published stays as it is.
   * When the answer is lost, look at {@link publishedPorts} before trying again.
   * @param port within {@link wire.publishLimits}; the service keeps some of them for itself (`validation`)
   */
  async publish(idOrName: string, port: number, signal?: AbortSignal): Promise<wire.PublishedPort> {
    return this.http.call(wire.wirePublishedPort, {
      method: 'POST',
      path: computerPath(idOrName, 'published-ports'),
      body: { port },
      signal,
    });
  }

  /** Takes a port back from the internet; well also if it was not published. */
  async unpublish(idOrName: string, port: number, signal?: AbortSignal): Promise<wire.PublishedPort> {
    const path = computerPath(idOrName, `published-ports/${port}`);
    return this.http.call(wire.wirePublishedPort, { method: 'DELETE', path, signal });
  }

  /** Leads to the screen of a running computer. `conflict` where its template has none. */
  async display(idOrName: string, mode: wire.DisplayMode, signal?: AbortSignal): Promise<wire.DisplayGrant> {
    const path = computerPath(idOrName, 'display');
    return this.http.call(wire.wireDisplayGrant, { method: 'POST', path, body: { mode }, signal });
  }

  /** Leads to the browser of a running computer. `conflict` where its template has none. */
  async browser(idOrName: string, signal?: AbortSignal): Promise<wire.BrowserGrant> {
    const path = computerPath(idOrName, 'browser');
    return this.http.call(wire.wireBrowserGrant, { method: 'POST', path, signal });
  }

  /** Makes a terminal session on a running computer, or with `terminalId` goes back to one that was left. */
  async terminal(idOrName: string, terminalId?: string, signal?: AbortSignal): Promise<wire.TerminalTicket> {
    return this.http.call(wire.wireTerminal, {
      method: 'POST',
      path: computerPath(idOrName, 'terminals'),
      body: terminalId === undefined ? {} : { terminal_id: terminalId },
      signal,
    });
  }

  /** Who the key belongs to: the check that a key is good. */
  async user(signal?: AbortSignal): Promise<wire.User> {
    return this.http.call(wire.wireUser, { method: 'GET', path: '/v1/users/info', signal });
  }

  async organizations(signal?: AbortSignal): Promise<wire.Organization[]> {
    return this.http.call(v.array(wire.wireOrganization), {
      method: 'GET',
      path: '/v1/organizations/',
      signal,
    });
  }

  /** What the sizes of computers cost. The service gives it to everybody. */
  async sizes(signal?: AbortSignal): Promise<wire.Size[]> {
    return this.http.optional(v.array(wire.wireSize), { path: '/v1/billing/sizes', signal });
  }

  /** What the plan allows and how much of it is used. `forbidden` where that is not this key's business. */
  async billing(signal?: AbortSignal): Promise<wire.BillingSummary> {
    return this.http.optional(wire.wireBillingSummary, { path: '/v1/billing/summary', signal });
  }
}
