import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { templates } from '../catalogue';
import { ApiError, type CreateRequest, type Origin, origins } from '../computer';
import type { ComputerFilter, Computers } from '../computers';
import type { ComputerStateMachine } from '../computerStateMachine';
import { type Features, requireFeature } from '../features';

const statuses = [
  'creating',
  'running',
  'stopping',
  'stopped',
  'starting',
  'deleting',
  'deleted',
  'error',
  'lost',
  'restorable',
  'restoring',
];

const optionalText = (maxLength: number) => ({ type: ['string', 'null'], maxLength });
const optionalInteger = (minimum: number, maximum: number) => ({
  type: ['integer', 'null'],
  minimum,
  maximum,
});

const listQuery = {
  type: 'object',
  properties: {
    status: { type: 'string', enum: statuses },
    template_id: { type: 'string', maxLength: 64 },
    project_id: { type: 'string', maxLength: 36 },
    origin: { type: 'string', enum: origins },
    limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
  },
};

const createBody = {
  type: 'object',
  properties: {
    size_id: { ...optionalText(32), minLength: 1 },
    vcpus: optionalInteger(1, 16),
    ram_mb: optionalInteger(512, 32768),
    disk_size_mb: optionalInteger(512, 20480),
    image: { type: 'string', maxLength: 255 },
    template_id: optionalText(64),
    template_version: optionalText(128),
    network_policy: {
      type: 'object',
      properties: { mode: { type: 'string', enum: ['open', 'off'] } },
      additionalProperties: false,
    },
    external_volume_enabled: { type: 'boolean' },
  },
};

const bulkDeleteBody = {
  type: 'object',
  required: ['computer_ids'],
  properties: { computer_ids: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 100 } },
};

interface ListQuery extends ComputerFilter {
  limit: number;
}

interface ById {
  Params: { id: string };
}
interface ByOperation {
  Params: { id: string; operation: string };
}

/** Routes that list, create, change and delete the computers of an organization. */
export function computerRoutes(server: FastifyInstance, computers: Computers, features: Features): void {
  /** The answer to a call that changes a computer, at once or when the change has ended. */
  const operated = async (
    computer: ComputerStateMachine,
    reply: FastifyReply,
    waits = false,
  ): Promise<object> => {
    const id = computer.operations.latest?.id;
    const { operationIds: place } = features;
    if (place === 'header' || place === 'both') reply.header('operation-id', id);
    if (waits) await computer.settled();
    return place === 'body' || place === 'both' ? { ...computer.wire, operation_id: id } : computer.wire;
  };

  server.get<{ Querystring: ListQuery }>(
    '/v1/computers',
    { schema: { querystring: listQuery } },
    ({ organization, query }) => {
      const found = computers.find(organization, query).map(({ wire }) => wire);
      const listed = features.ignoreListLimit ? found : found.slice(0, query.limit);
      return { computers: listed, count: listed.length };
    },
  );
  server.post<{ Body: CreateRequest }>(
    '/v1/computers',
    { schema: { body: createBody } },
    (request, reply) => {
      const { organization, headers } = request;
      const key = headers['idempotency-key'];
      const created = computers.create(request.body, {
        organization,
        origin: originOf(headers['x-celesto-client']),
        idempotencyKey: key === undefined ? undefined : String(key),
      });
      reply.code(201);
      return operated(created, reply, features.answersWhenRunning);
    },
  );
  server.get('/v1/computers/templates', () => templates);
  server.post<{ Body: { computer_ids: string[] } }>(
    '/v1/computers/bulk-delete',
    { schema: { body: bulkDeleteBody } },
    (request) => bulkDelete(computers, request.organization, request.body.computer_ids),
  );

  const computerRoute = '/v1/computers/:id';
  const computerOf = ({
    organization,
    params,
  }: FastifyRequest<ById> | FastifyRequest<ByOperation>): ComputerStateMachine =>
    computers.get(params.id, organization);
  server.get<ById>(computerRoute, (request) => computerOf(request).wire);
  server.delete<ById>(computerRoute, (request, reply) => {
    const computer = computerOf(request);
    computer.delete();
    return operated(computer, reply);
  });
  server.post<ById>(`${computerRoute}/start`, (request, reply) => {
    const computer = computerOf(request);
    computers.start(computer);
    return operated(computer, reply, features.answersWhenRunning);
  });
  server.post<ById>(`${computerRoute}/stop`, (request, reply) => {
    const computer = computerOf(request);
    computer.stop();
    return operated(computer, reply);
  });
  server.get<ByOperation>(`${computerRoute}/operations/:operation`, (request) => {
    const operation = computerOf(request).operations.find(request.params.operation);
    if (operation === undefined) throw new ApiError(404, 'Operation not found');
    return operation;
  });
  server.post<ById>(
    `${computerRoute}/retry-restore`,
    { preValidation: requireFeature(features, 'retryRestore') },
    (request) => computerOf(request).retryRestore(),
  );
}

/** The maker of a computer, by the client that its request names. */
function originOf(client: string | string[] | undefined): Origin {
  const words = String(client ?? '').split(/\W+/);
  return (['ui', 'mcp'] as const).find((origin) => words.includes(origin)) ?? 'sdk';
}

function bulkDelete(computers: Computers, organization: string, ids: string[]) {
  const deleted: string[] = [];
  const failed: string[] = [];
  for (const id of ids) {
    try {
      computers.get(id, organization).delete();
      deleted.push(id);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      failed.push(id);
    }
  }
  return { deleted: deleted.length, deleted_ids: deleted, failed_ids: failed };
}
