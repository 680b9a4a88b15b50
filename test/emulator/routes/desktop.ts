import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { templates } from '../catalogue';
import { ApiError, type Features } from '../computer';
import type { Computers } from '../computers';
import { requireFeature } from '../requireFeature';

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

/** Who may see the screen of a computer and drive its browser. There is neither behind the addresses given. */
export function desktopRoutes(server: FastifyInstance, computers: Computers, features: Features): void {
  const grant = (request: FastifyRequest, id: string, what: 'display' | 'browser') => {
    const life = computers.get(id, request.organization);
    life.running(`has no ${what} now`);
    const template = templates.find((one) => one.id === life.record.wire.template_id);
    if (template?.capabilities.includes(what) !== true)
      throw new ApiError(409, `The template of this computer has no ${what}.`);
    return {
      gateway_url: features.gatewayUrl ?? `ws://${request.host}/gateway/${what}?computer_id=${life.id}`,
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
