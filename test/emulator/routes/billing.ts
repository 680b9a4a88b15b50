import type { FastifyInstance } from 'fastify';
import type { Billing } from '../billing';
import type { Computers } from '../computers';
import { type Features, requireContract, requireFeature } from '../features';

/** Routes of billing: sizes with their prices, and the use of the plan. */
export function billingRoutes(
  server: FastifyInstance,
  computers: Computers,
  billing: Billing,
  features: Features,
): void {
  server.get(
    '/v1/billing/sizes',
    { preValidation: requireFeature(features, 'billingSizes') },
    () => billing.sizes,
  );
  const preValidation = requireContract(features, '2026-10');
  server.get('/v1/billing/usage-overview', { preValidation }, ({ organization }) =>
    billing.overview(computers.list(organization)),
  );
  server.get('/v1/billing/usage-access', { preValidation }, ({ organization }) => ({
    state: billing.overview(computers.list(organization)).state,
  }));
  server.get(
    '/v1/billing/summary',
    { preValidation: requireFeature(features, 'billingSummary') },
    (request) => billing.summary(computers.list(request.organization)),
  );
}
