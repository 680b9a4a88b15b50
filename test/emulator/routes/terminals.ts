import type { FastifyInstance } from 'fastify';
import type { Features } from '../computer';
import type { Computers } from '../computers';
import { gatewayPath } from '../terminals/gateway';
import type { Terminals } from '../terminals/terminals';

const body = {
  type: ['object', 'null'],
  properties: {
    terminal_id: {
      type: ['string', 'null'],
      minLength: 6,
      maxLength: 160,
      pattern: '^term_[A-Za-z0-9_-]+$',
    },
  },
};

interface Call {
  Params: { id: string };
  Body: { terminal_id?: string | null } | null | undefined;
}

/** How one gets to the terminals of a computer: a call that tells where the gateway is and gives a token for it. */
export function terminalRoutes(
  server: FastifyInstance,
  computers: Computers,
  terminals: Terminals,
  features: Features,
): void {
  server.post<Call>('/v1/computers/:id/terminals', { schema: { body } }, (request, reply) => {
    const life = computers.get(request.params.id, request.organization);
    const { terminal, token, expires } = terminals.grant(life, request.body?.terminal_id ?? undefined);
    // By the address that the request came to, so that a client behind a forwarding reaches it as well.
    const url = `ws://${request.host}${gatewayPath}?terminal_id=${terminal.id}`;
    return reply.code(201).send({
      terminal_id: terminal.id,
      gateway_url: features.gatewayUrl?.replace('{terminal_id}', terminal.id) ?? url,
      token,
      expires_at: new Date(expires).toISOString(),
    });
  });
}
