import type { FastifyInstance } from 'fastify';
import type { Computers } from '../computers';
import { type Features, requireFeature } from '../features';
import type { Observability } from '../observability';

const querystring = {
  type: 'object',
  properties: { window: { type: 'string', pattern: '^(1h|24h)$', default: '1h' } },
};

interface ObservabilityRequest {
  Params: { id: string };
  Querystring: { window: '1h' | '24h' };
}

/** Route of a computer's metrics. */
export function observabilityRoutes(
  server: FastifyInstance,
  computers: Computers,
  observability: Observability,
  features: Features,
): void {
  server.get<ObservabilityRequest>(
    '/v1/computers/:id/observability',
    { schema: { querystring }, preValidation: requireFeature(features, 'observability') },
    ({ params, organization, query }) =>
      observability.of(computers.get(params.id, organization), query.window),
  );
}
