import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { templates } from '../catalogue';
import { ApiError } from '../computer';
import type { Computers } from '../computers';
import { type Features, requireFeature } from '../features';

const body = {
  type: ['object', 'null'],
  properties: { mode: { type: 'string', enum: ['read_only', 'read_write'] } },
};

interface ById {
  Params: { id: string };
}
interface Display extends ById {
  Body: { mode?: 'read_only' | 'read_write' } | null | undefined;
}

/** Routes that grant access to the screen and the browser of a computer. Nothing serves the URLs that they return. */
export function desktopRoutes(server: FastifyInstance, computers: Computers, features: Features): void {
  const grant = (request: FastifyRequest, id: string, capability: 'display' | 'browser') => {
    const computer = computers.get(id, request.organization);
    computer.requireRunning(`has no ${capability} now`);
    const template = templates.find((template) => template.id === computer.record.wire.template_id);
    if (template?.capabilities.includes(capability) !== true)
      throw new ApiError(409, `The template of this computer has no ${capability}.`);
    return {
      gateway_url:
        features.gatewayUrl ?? `ws://${request.host}/gateway/${capability}?computer_id=${computer.id}`,
      token: randomBytes(24).toString('base64url'),
      expires_at: new Date(Date.now() + features.tokenLife).toISOString(),
    };
  };
  server.post<Display>(
    '/v1/computers/:id/display',
    { schema: { body }, preValidation: requireFeature(features, 'display') },
    (request, reply) => {
      const mode = request.body?.mode ?? 'read_only';
      return reply.code(201).send({ ...grant(request, request.params.id, 'display'), mode });
    },
  );
  server.post<ById>(
    '/v1/computers/:id/browser',
    { preValidation: requireFeature(features, 'browser') },
    (request, reply) => reply.code(201).send(grant(request, request.params.id, 'browser')),
  );
}
