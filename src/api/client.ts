import { randomUUID } from 'node:crypto';
import { t } from '@vscode/l10n';
import * as v from 'valibot';
import { countCharacters } from '../base/text';
import { ApiError, isApiError } from './apiErrors';
import { AuthorizedHttp, computerPath, templatePath } from './authorizedHttp';
import { parseExecEvents } from './execStream';
import { type Credentials, type Http, readAs } from './http';
import * as wire from './wire';

/** Computers in the largest page that the service returns. It has no cursor: the rest cannot be listed. */
export const pageSize = 200;

/** The price list that is asked for. Computers of another one have no price here. */
export const priceVersion = 'usage-v2';

/** Projects in the largest page that the service returns. */
const projectPageSize = 100;

/** Computers that the service deletes in one call. */
export const maxBulkDelete = 100;

export interface ComputerList {
  readonly computers: wire.WireComputer[];
  /** One error for each entry that is not valid. */
  readonly unreadable: ApiError[];
  /** The page is full: there may be more. */
  readonly possiblyMore: boolean;
  /** The project that it is of. Absent: all of the organization. */
  readonly projectId?: string;
}

/** A create request with its idempotency key. Sending it twice creates one computer. */
export interface CreateIntent {
  readonly request: wire.CreateRequest;
  readonly idempotencyKey: string;
}

/** Gives a create request an idempotency key. */
export function createIntent(request: wire.CreateRequest): CreateIntent {
  return { request, idempotencyKey: randomUUID().replaceAll('-', '') };
}

/**
 * The service as typed calls. `idOrName` may be either, as the service takes both.
 * Every call rejects with an ApiError, or with the signal's reason once that is aborted; none throws at once.
 */
export class CelestoClient {
  private readonly http: AuthorizedHttp;

  /** @param onRejected called with the credentials of any call that the service rejects for its key */
  constructor(
    http: Http,
    credentials: () => Promise<Credentials | undefined>,
    onRejected: (error: ApiError, rejected: Credentials) => void = () => undefined,
  ) {
    this.http = new AuthorizedHttp(http, credentials, onRejected);
  }

  /** @param projectId of the project whose computers are listed; default: all of the organization */
  async list(signal?: AbortSignal, projectId?: string): Promise<ComputerList> {
    const answer = await this.http.call(wire.wireComputerList, {
      method: 'GET',
      path: '/v1/computers',
      query: { limit: pageSize, ...(projectId !== undefined && { project_id: projectId }) },
      signal,
    });
    const { valid, invalid } = readEach(wire.wireComputer, answer.computers);
    return {
      computers: valid,
      unreadable: invalid,
      possiblyMore: answer.computers.length >= pageSize,
      ...(projectId !== undefined && { projectId }),
    };
  }

  async get(idOrName: string, signal?: AbortSignal): Promise<wire.WireComputer> {
    return this.http.call(wire.wireComputer, { method: 'GET', path: computerPath(idOrName), signal });
  }

  async create(intent: CreateIntent, signal?: AbortSignal): Promise<wire.ChangedComputer> {
    return this.http.call(wire.wireChangedComputer, {
      method: 'POST',
      path: '/v1/computers',
      body: intent.request,
      headers: { 'idempotency-key': intent.idempotencyKey },
      signal,
    });
  }

  async start(idOrName: string, signal?: AbortSignal): Promise<wire.ChangedComputer> {
    return this.http.call(wire.wireChangedComputer, {
      method: 'POST',
      path: computerPath(idOrName, 'start'),
      signal,
    });
  }

  async stop(idOrName: string, signal?: AbortSignal): Promise<wire.ChangedComputer> {
    return this.http.call(wire.wireChangedComputer, {
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

  async delete(idOrName: string, signal?: AbortSignal): Promise<wire.ChangedComputer> {
    return this.http.call(wire.wireChangedComputer, {
      method: 'DELETE',
      path: computerPath(idOrName),
      signal,
    });
  }

  /** Reads a change of a computer, whose id the answer to a create, start, stop or delete may hold. */
  async operation(idOrName: string, operationId: string, signal?: AbortSignal): Promise<wire.Operation> {
    const path = computerPath(idOrName, `operations/${operationId}`);
    return this.http.optional(wire.wireOperation, { path, signal });
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

  /** Lists the templates that the organization has built itself; {@link templates} does not have them. */
  async customTemplates(signal?: AbortSignal): Promise<wire.CustomTemplate[]> {
    const answer = await this.http.optional(wire.wireCustomTemplates, { path: '/v1/templates', signal });
    return readEach(wire.wireCustomTemplate, answer.templates).valid;
  }

  /** @param knownSize bytes of the log that the caller has; the answer says where only news or nothing follows */
  async buildLog(templateId: string, knownSize?: number, signal?: AbortSignal): Promise<wire.BuildLog> {
    const path = templatePath(templateId, 'logs');
    const query = knownSize === undefined ? undefined : { known_size: knownSize };
    return this.http.optional(wire.wireBuildLog, { path, ...(query && { query }), signal });
  }

  /** Builds a custom template again. `conflict` while a build is under way. */
  async rebuildTemplate(templateId: string, signal?: AbortSignal): Promise<wire.CustomTemplate> {
    const path = templatePath(templateId, 'rebuild');
    return this.http.call(wire.wireCustomTemplate, { method: 'POST', path, signal });
  }

  /** Lists the projects of the organization, at most {@link projectPageSize}. */
  async projects(signal?: AbortSignal): Promise<wire.Project[]> {
    const query = { limit: projectPageSize };
    return (await this.http.optional(wire.wireProjects, { path: '/v1/projects/', query, signal })).data;
  }

  /**
   * Runs one shell command. A non-zero exit is an answer, not an error. A command longer than {@link wire.execLimits} is
   * refused before it is sent (`validation`).
   * @param timeout seconds the command may take, 1 to 300
   */
  async exec(
    idOrName: string,
    command: string,
    timeout: number,
    signal?: AbortSignal,
  ): Promise<wire.ExecResult> {
    assertShortEnough(command);
    return this.http.call(wire.wireExecResult, {
      method: 'POST',
      path: computerPath(idOrName, 'exec'),
      body: { command, timeout },
      timeoutMs: (timeout + 10) * 1000,
      signal,
    });
  }

  /**
   * Runs one shell command and yields its output as it arrives; the last event is the exit. Leaving the loop or
   * aborting ends the call, and with it the command, though the service does not promise that.
   * Not every service has this call: `notFound` comes before the first event, and nothing has run then.
   * @param timeout seconds the command may take, 1 to 300
   * @throws ApiError: `interrupted` when the stream breaks before the exit; the command may still be running then
   */
  async *execStream(
    idOrName: string,
    command: string,
    timeout: number,
    signal?: AbortSignal,
  ): AsyncGenerator<wire.ExecEvent, void, undefined> {
    assertShortEnough(command);
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

  /** Lists the commands that ran last on a computer through the service, at most `limit` (1 to 200). */
  async commands(idOrName: string, limit = 50, signal?: AbortSignal): Promise<wire.Command[]> {
    const path = computerPath(idOrName, 'commands');
    return (await this.http.optional(wire.wireCommands, { path, query: { limit }, signal })).commands;
  }

  /** Reads the metrics of a computer: the latest, null where unknown, and samples of the past. */
  async observability(
    idOrName: string,
    window: wire.ObservabilityWindow,
    signal?: AbortSignal,
  ): Promise<wire.Observability> {
    const path = computerPath(idOrName, 'observability');
    return this.http.optional(wire.wireObservability, { path, query: { window }, signal });
  }

  /** Lists the published ports of a computer. */
  async publishedPorts(idOrName: string, signal?: AbortSignal): Promise<wire.PublishedPort[]> {
    const path = computerPath(idOrName, 'published-ports');
    return this.http.optional(v.array(wire.wirePublishedPort), { path, signal });
  }

  /**
   * Publishes an HTTP port of a computer: anyone can reach it without signing in. A published port stays as it is.
   * After a lost answer, read {@link publishedPorts} before calling again.
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

  /** Unpublishes a port; succeeds also if it was not published. */
  async unpublish(idOrName: string, port: number, signal?: AbortSignal): Promise<wire.PublishedPort> {
    const path = computerPath(idOrName, `published-ports/${port}`);
    return this.http.call(wire.wirePublishedPort, { method: 'DELETE', path, signal });
  }

  /** Opens the display of a running computer. `conflict` where its template has none. */
  async display(idOrName: string, mode: wire.DisplayMode, signal?: AbortSignal): Promise<wire.DisplayGrant> {
    const path = computerPath(idOrName, 'display');
    return this.http.call(wire.wireDisplayGrant, { method: 'POST', path, body: { mode }, signal });
  }

  /** Opens the browser of a running computer. `conflict` where its template has none. */
  async browser(idOrName: string, signal?: AbortSignal): Promise<wire.BrowserGrant> {
    const path = computerPath(idOrName, 'browser');
    return this.http.call(wire.wireBrowserGrant, { method: 'POST', path, signal });
  }

  /** Creates a terminal session on a running computer, or with `terminalId` returns to an existing one. */
  async terminal(idOrName: string, terminalId?: string, signal?: AbortSignal): Promise<wire.TerminalTicket> {
    return this.http.call(wire.wireTerminal, {
      method: 'POST',
      path: computerPath(idOrName, 'terminals'),
      body: terminalId === undefined ? {} : { terminal_id: terminalId },
      signal,
    });
  }

  /** Reads the user that the key belongs to; used to validate a key. */
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

  /** Lists the sizes of computers with their prices of {@link priceVersion}. Of no organization: a plan may refuse some. */
  async sizes(signal?: AbortSignal): Promise<wire.Size[]> {
    const query = { price_version: priceVersion };
    return this.http.optional(v.array(wire.wireSize), { path: '/v1/billing/sizes', query, signal });
  }

  /** Reads the state of the account, its use and its credit. `notFound` where the service is older. */
  async usageOverview(signal?: AbortSignal): Promise<wire.UsageOverview> {
    return this.http.optional(wire.wireUsageOverview, { path: '/v1/billing/usage-overview', signal });
  }

  /**
   * Reads the limits of the plan and their use. Older services only: `notFound` where the call does not exist,
   * `forbidden` where the key lacks permission.
   */
  async billing(signal?: AbortSignal): Promise<wire.BillingSummary> {
    return this.http.optional(wire.wireBillingSummary, { path: '/v1/billing/summary', signal });
  }
}

/** @throws ApiError `validation` for a command that the service would refuse */
function assertShortEnough(command: string): void {
  const length = countCharacters(command);
  if (length <= wire.execLimits.length) return;
  throw new ApiError('validation', {
    detail: t('A command can have at most {0} characters; this one has {1}.', wire.execLimits.length, length),
  });
}

/** Validates the entries of a list one by one, so that a bad one does not lose the others. */
function readEach<S extends v.GenericSchema>(
  schema: S,
  entries: readonly unknown[],
): { valid: v.InferOutput<S>[]; invalid: ApiError[] } {
  const valid: v.InferOutput<S>[] = [];
  const invalid: ApiError[] = [];
  for (const entry of entries) {
    try {
      valid.push(readAs(schema, entry));
    } catch (error) {
      if (!isApiError(error)) throw error;
      invalid.push(error);
    }
  }
  return { valid, invalid };
}
