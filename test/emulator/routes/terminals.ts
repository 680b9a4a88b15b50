import type { FastifyInstance } from 'fastify';
import type { Computers } from '../computers';
import type { Features } from '../features';
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

/** Route that grants access to a terminal of a computer: the URL of the gateway, and a token for it. */
export function terminalRoutes(
  server: FastifyInstance,
  computers: Computers,
  terminals: Terminals,
  features: Features,
): void {
  server.post<Call>('/v1/computers/:id/terminals', { schema: { body } }, (request, reply) => {
    const computer = computers.get(request.params.id, request.organization);
    const { terminal, token, expires } = terminals.grant(computer, request.body?.terminal_id ?? undefined);
    // Uses the host of the request, so that clients behind a forwarded port reach it as well.
    const url = `ws://${request.host}${terminals.path}?terminal_id=${terminal.id}`;
    return reply.code(201).send({
      terminal_id: terminal.id,
      gateway_url: features.gatewayUrl?.replace('{terminal_id}', terminal.id) ?? url,
      token,
      expires_at: new Date(expires).toISOString(),
    });
  });
}
