import type { FastifyInstance } from 'fastify';
import { ApiError } from '../computer';
import type { Projects } from '../projects';

const query = {
  type: 'object',
  properties: {
    skip: { type: 'integer', minimum: 0, default: 0 },
    limit: { type: 'integer', minimum: 1, maximum: 100, default: 50 },
  },
};

interface List {
  Querystring: { skip: number; limit: number };
}

/** Routes that list the projects of an organization. */
export function projectRoutes(server: FastifyInstance, projects: Projects): void {
  server.get<List>('/v1/projects/', { schema: { querystring: query } }, ({ organization, query }) => {
    const all = projects.list(organization);
    const { skip, limit } = query;
    return { data: all.slice(skip, skip + limit), total: all.length, limit, offset: skip };
  });
  server.get('/v1/projects/default', ({ organization }) => projects.list(organization)[0]);
  server.get<{ Params: { id: string } }>('/v1/projects/:id', ({ params, organization }) => {
    const found = projects.list(organization).find(({ id }) => id === params.id);
    if (found === undefined) throw new ApiError(404, 'Project not found');
    return found;
  });
}
