import type { FastifyInstance } from 'fastify';
import type { Billing } from '../billing';
import { organizations, user } from '../catalogue';
import { ApiError } from '../computer';
import type { Computers } from '../computers';
import { type Features, requireFeature } from '../features';
import { isAuthorized } from '../server';

/** Routes of the account: sign-in status, user and organizations. */
export function accountRoutes(server: FastifyInstance, apiKey: string): void {
  server.get('/v1/auth/status', (request) => ({ authenticated: isAuthorized(request, apiKey) }));
  server.get('/v1/users/info', () => user);
  server.get('/v1/organizations/', () => organizations);
  server.get<{ Params: { id: string } }>('/v1/organizations/:id', (request) => {
    const found = organizations.find(({ id }) => id === request.params.id);
    if (found === undefined) throw new ApiError(404, 'Organization not found');
    return found;
  });
}

/** Routes of billing: prices of sizes, and the use of the plan. */
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
  server.get(
    '/v1/billing/summary',
    { preValidation: requireFeature(features, 'billingSummary') },
    (request) => billing.summary(computers.list(request.organization)),
  );
}
