import { randomUUID } from 'node:crypto';
import { Ajv, type AnySchema } from 'ajv';
import fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify';
import { organizations } from './catalogue';
import { ApiError } from './computer';
import { contractHeader } from './contract/contract';
import { spellDates } from './dates';
import { applyRequestFault, applyResponseFault, type Fault, type Faults } from './faults';
import type { Features } from './features';
import type { Journal, JournalEntry } from './journal';
import { InvalidRequest, validationErrors } from './validationErrors';

/** Paths that need no key. */
const publicPaths = new Set(['/v1/auth/status', '/v1/billing/sizes']);

const ajvOptions = { useDefaults: true, allErrors: true, allowUnionTypes: true };
const bodyValidator = new Ajv(ajvOptions);
/** Validates everything but bodies, which is text: numbers are parsed. */
const textValidator = new Ajv({ ...ajvOptions, coerceTypes: true });

declare module 'fastify' {
  interface FastifyRequest {
    /** The organization of the request; set once the key is checked. */
    organization: string;
    fault: Fault | undefined;
    journalEntry: JournalEntry | undefined;
  }
}

/** Creates the HTTP server with everything that its routes share: the key, request ids, errors, faults, the journal. */
export function createServer(
  apiKey: string,
  features: Features,
  faults: Faults,
  journal: Journal,
): FastifyInstance {
  const server = fastify({ forceCloseConnections: true, genReqId: () => randomUUID() });
  server.setValidatorCompiler(({ schema, httpPart }) =>
    (httpPart === 'body' ? bodyValidator : textValidator).compile(schema as AnySchema),
  );
  server.decorateRequest('organization', '');
  server.decorateRequest('fault', undefined);
  server.decorateRequest('journalEntry', undefined);
  acceptEmptyBodies(server);

  server.addHook('preValidation', async (request, reply) => {
    const path = pathOf(request);
    if (!isControl(request)) {
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
    if (!publicPaths.has(path)) checkKey(request, apiKey);
    request.organization = organizationOf(request);
    return undefined;
  });
  server.addHook('preSerialization', (request, _reply, payload) =>
    Promise.resolve(isControl(request) ? payload : spellDates(payload, features.dates)),
  );
  server.addHook('onSend', async (request, reply, payload) => {
    reply.headers({ 'x-request-id': request.id, [contractHeader]: features.contract });
    const { fault } = request;
    const sent = fault === undefined ? payload : await applyResponseFault(fault, request, reply, payload);
    return features.byteOrderMark && !isControl(request) && typeof sent === 'string' ? `\uFEFF${sent}` : sent;
  });
  server.addHook('onResponse', (request, reply, done) => {
    if (request.journalEntry !== undefined) request.journalEntry.status = reply.statusCode;
    done();
  });

  server.setNotFoundHandler((_request, reply) => reply.code(404).send({ detail: 'Not Found' }));
  server.setErrorHandler((error: FastifyError | ApiError, request, reply) => {
    const errors = validationErrors(error);
    if (errors !== undefined) return reply.code(422).send(refusal(pathOf(request), errors));
    if (error instanceof ApiError) return reply.code(error.status).send({ detail: error.detail });
    return reply.code(error.statusCode ?? 500).send({ detail: error.message });
  });
  return server;
}

/** @returns true if the request has the key */
export function isAuthorized(request: FastifyRequest, apiKey: string): boolean {
  return request.headers.authorization === `Bearer ${apiKey}`;
}

function checkKey(request: FastifyRequest, apiKey: string): void {
  if (request.headers.authorization === undefined) throw new ApiError(401, 'Not authenticated');
  if (!isAuthorized(request, apiKey)) throw new ApiError(401, 'Invalid API key');
}

function organizationOf(request: FastifyRequest): string {
  const id = request.headers['x-current-organization'] ?? organizations[0]!.id;
  const found = organizations.find((organization) => organization.id === id);
  if (found === undefined) throw new ApiError(403, 'You are not a member of this organization.');
  return found.id;
}

/** @returns true for a call of the control, which no fault and no switch changes */
function isControl(request: FastifyRequest): boolean {
  return pathOf(request).startsWith('/_control');
}

function pathOf(request: FastifyRequest): string {
  return new URL(request.url, 'http://emulator').pathname;
}

/** Accepts a JSON content type without a body, as the service does. */
function acceptEmptyBodies(server: FastifyInstance): void {
  server.removeContentTypeParser('application/json');
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? undefined : JSON.parse(body as string));
    } catch {
      done(new InvalidRequest([{ type: 'json_invalid', loc: ['body'], msg: 'JSON decode error' }]));
    }
  });
}

/** The service's answer to an invalid request: that of computers, or FastAPI's own of everything else. */
function refusal(path: string, errors: object[]): object {
  const isOfComputers = path.startsWith('/v1/computers');
  return isOfComputers ? { detail: 'Validation error', errors, status_code: 422 } : { detail: errors };
}
