import type { FastifyInstance } from 'fastify';
import { organizations, user } from '../catalogue';
import { ApiError } from '../computer';
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
