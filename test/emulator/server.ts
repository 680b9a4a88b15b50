import { randomUUID } from 'node:crypto';
import { Ajv, type AnySchema } from 'ajv';
import fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify';
import { organizations } from './catalogue';
import { ApiError } from './computer';
import { applyRequestFault, applyResponseFault, type Fault, type Faults } from './faults';
import type { Journal, JournalEntry } from './journal';

/** What the service answers without a key. */
const open = new Set(['/v1/auth/status', '/v1/billing/sizes']);

const checks = { useDefaults: true, allErrors: true, allowUnionTypes: true };
const bodies = new Ajv(checks);
/** Everything outside bodies is text, also what stands for a number. */
const texts = new Ajv({ ...checks, coerceTypes: true });

declare module 'fastify' {
  interface FastifyRequest {
    /** The organization the request is for; set once the key is checked. */
    organization: string;
    fault: Fault | undefined;
    journalEntry: JournalEntry | undefined;
  }
}

/** Makes the HTTP server with all that its routes have in common: the key, request ids, errors, faults, the journal. */
export function createServer(apiKey: string, faults: Faults, journal: Journal): FastifyInstance {
  const server = fastify({
    forceCloseConnections: true,
    genReqId: () => `req_${randomUUID()}`,
  });
  server.setValidatorCompiler(({ schema, httpPart }) =>
    (httpPart === 'body' ? bodies : texts).compile(schema as AnySchema),
  );
  server.decorateRequest('organization', '');
  server.decorateRequest('fault', undefined);
  server.decorateRequest('journalEntry', undefined);
  acceptEmptyBodies(server);

  server.addHook('preValidation', async (request, reply) => {
    const path = pathOf(request);
    if (!path.startsWith('/_control')) {
      const { method, headers, body } = request;
      const query = request.query as Record<string, unknown>;
      request.journalEntry = journal.add({ method, path, query, headers, body });
      const fault = faults.take(method, path);
      request.fault = fault;
      if (fault !== undefined && fault.when !== 'after') {
        if (await applyRequestFault(fault, request, reply)) return reply;
        if (!server.server.listening) throw new ApiError(503, 'The emulator has ended meanwhile.');
      }
    }
    if (!open.has(path)) checkKey(request, apiKey);
    request.organization = organizationOf(request);
    return undefined;
  });
  server.addHook('onSend', (request, reply, payload) => {
    reply.header('x-request-id', request.id);
    return request.fault === undefined
      ? Promise.resolve(payload)
      : applyResponseFault(request.fault, request, reply, payload);
  });
  server.addHook('onResponse', (request, reply, done) => {
    if (request.journalEntry !== undefined) request.journalEntry.status = reply.statusCode;
    done();
  });

  server.setNotFoundHandler((_request, reply) => reply.code(404).send({ detail: 'Not Found' }));
  server.setErrorHandler((error: FastifyError | ApiError, _request, reply) => {
    if (error instanceof ApiError) return reply.code(error.status).send({ detail: error.message });
    const errors = validationErrors(error);
    if (errors !== undefined) {
      return reply.code(422).send({ detail: 'Validation error', errors, status_code: 422 });
    }
    return reply.code(error.statusCode ?? 500).send({ detail: error.message });
  });
  return server;
}

/** Whether the request carries the key. */
export function isAuthorized(request: FastifyRequest, apiKey: string): boolean {
  return request.headers.authorization === `Bearer ${apiKey}`;
}

function checkKey(request: FastifyRequest, apiKey: string): void {
  if (request.headers.authorization === undefined) throw new ApiError(401, 'Not authenticated');
  if (!isAuthorized(request, apiKey)) throw new ApiError(401, 'Invalid API key');
}

function organizationOf(request: FastifyRequest): string {
  const wanted = request.headers['x-current-organization'] ?? organizations[0]!.id;
  const found = organizations.find(({ id }) => id === wanted);
  if (found === undefined) throw new ApiError(403, 'You are not a member of this organization.');
  return found.id;
}

function pathOf(request: FastifyRequest): string {
  return new URL(request.url, 'http://emulator').pathname;
}

/** Like the service, take a JSON content type without a body on the calls that need none. */
function acceptEmptyBodies(server: FastifyInstance): void {
  server.removeContentTypeParser('application/json');
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? undefined : JSON.parse(body as string));
    } catch {
      done(new ApiError(422, 'The body is not JSON.'));
    }
  });
}

/** What fastify found wrong in a request, in the manner of the service. */
function validationErrors(error: FastifyError | ApiError): object[] | undefined {
  if (!('validation' in error) || error.validation === undefined) return undefined;
  const place = error.validationContext === 'querystring' ? 'query' : (error.validationContext ?? 'body');
  return error.validation.map(({ keyword, instancePath, message }) => ({
    type: keyword,
    loc: [place, ...instancePath.split('/').slice(1)],
    msg: message,
  }));
}
