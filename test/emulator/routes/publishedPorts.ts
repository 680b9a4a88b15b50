import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Computers } from '../computers';
import type { ComputerStateMachine } from '../computerStateMachine';
import { type Features, requireFeature } from '../features';
import type { PublishedPorts } from '../publishedPorts';

const port = { type: 'integer', minimum: 1024, maximum: 65_535 };
const body = {
  type: 'object',
  properties: { port: { ...port, default: 8000 }, force: { type: 'boolean', default: false } },
};
const params = { type: 'object', properties: { id: { type: 'string' }, port } };

interface ById {
  Params: { id: string };
}
interface Publish extends ById {
  Body: { port: number };
}
interface ByPort {
  Params: { id: string; port: number };
}

/** Routes that list, publish and unpublish ports of a computer; `force` makes no difference. */
export function publishedPortRoutes(
  server: FastifyInstance,
  computers: Computers,
  ports: PublishedPorts,
  features: Features,
): void {
  const all = '/v1/computers/:id/published-ports';
  const preValidation = requireFeature(features, 'publishedPorts');
  const computerOf = ({
    organization,
    params,
  }: FastifyRequest<ById> | FastifyRequest<ByPort>): ComputerStateMachine =>
    computers.get(params.id, organization);

  server.get<ById>(all, { preValidation }, (request) => ports.of(computerOf(request)));
  server.post<Publish>(all, { schema: { body }, preValidation }, (request) =>
    ports.publish(computers.get(request.params.id, request.organization), request.body.port),
  );
  server.delete<ByPort>(`${all}/:port`, { schema: { params }, preValidation }, (request) =>
    ports.unpublish(computerOf(request), request.params.port),
  );
}
