import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Commands } from '../commands';
import type { Computers } from '../computers';
import type { ComputerStateMachine } from '../computerStateMachine';
import { type Features, requireFeature } from '../features';

const body = {
  type: 'object',
  required: ['command'],
  properties: {
    command: { type: 'string', minLength: 1, maxLength: 10_000 },
    timeout: { type: 'integer', minimum: 1, maximum: 300, default: 30 },
  },
};

const querystring = {
  type: 'object',
  properties: { limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 } },
};

interface ById {
  Params: { id: string };
}
interface Exec extends ById {
  Body: { command: string; timeout: number };
}
interface History extends ById {
  Querystring: { limit: number };
}

/** Routes that run commands on a computer and list its history. */
export function commandRoutes(
  server: FastifyInstance,
  computers: Computers,
  commands: Commands,
  features: Features,
): void {
  const computerRoute = '/v1/computers/:id';
  const computerOf = ({ organization, params }: FastifyRequest<ById>): ComputerStateMachine =>
    computers.get(params.id, organization);

  server.post<Exec>(`${computerRoute}/exec`, { schema: { body } }, (request, reply) => {
    const left = new AbortController();
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished && !features.execOutlivesCaller) left.abort();
    });
    const { command, timeout } = request.body;
    return commands.run(computerOf(request), command, timeout, left.signal);
  });
  server.post<Exec>(
    `${computerRoute}/exec/stream`,
    { schema: { body }, preValidation: requireFeature(features, 'execStream') },
    (request, reply) => {
      const { id, events } = commands.stream(computerOf(request), request.body.command, request.body.timeout);
      return reply.type('text/event-stream').header('x-celesto-command-id', id).send(events);
    },
  );
  server.get<History>(
    `${computerRoute}/commands`,
    { schema: { querystring }, preValidation: requireFeature(features, 'commands') },
    (request) => {
      const found = commands.of(computerOf(request)).slice(0, request.query.limit);
      return { commands: found, count: found.length };
    },
  );
}
