import type { FastifyInstance } from 'fastify';
import type { CustomTemplates, TemplateRequest } from '../customTemplates';
import { type Features, requireContract } from '../features';
import { lint } from '../lint';

const size = { type: ['integer', 'null'] };
const script = { type: 'string', minLength: 1 };
const createBody = {
  type: 'object',
  required: ['name', 'build_script'],
  properties: {
    name: { type: 'string', minLength: 1 },
    build_script: script,
    base_template_id: { type: 'string' },
    default_vcpus: size,
    default_ram_mb: size,
    default_disk_size_mb: size,
  },
};
const lintBody = { type: 'object', required: ['build_script'], properties: { build_script: script } };
const logQuery = { type: 'object', properties: { known_size: { type: 'integer', minimum: 0 } } };

interface ById {
  Params: { id: string };
}
interface Log extends ById {
  Querystring: { known_size?: number };
}

/** Routes of the templates that an organization builds itself. */
export function customTemplateRoutes(
  server: FastifyInstance,
  templates: CustomTemplates,
  features: Features,
): void {
  const all = '/v1/templates';
  const preValidation = requireContract(features, '2026-10');

  server.get(all, { preValidation }, ({ organization }) => {
    const listed = templates.list(organization);
    return { templates: listed, count: listed.length };
  });
  server.post<{ Body: TemplateRequest }>(
    all,
    { schema: { body: createBody }, preValidation },
    ({ body, organization }, reply) => reply.code(201).send(templates.create(body, organization)),
  );
  server.post<{ Body: { build_script: string } }>(
    `${all}/lint`,
    { schema: { body: lintBody }, preValidation },
    ({ body }) => ({ warnings: lint(body.build_script) }),
  );
  server.get<ById>(`${all}/:id`, { preValidation }, ({ params, organization }) =>
    templates.get(params.id, organization),
  );
  server.delete<ById>(`${all}/:id`, { preValidation }, ({ params, organization }, reply) => {
    templates.remove(params.id, organization);
    return reply.code(204).send();
  });
  server.post<ById>(`${all}/:id/rebuild`, { preValidation }, ({ params, organization }, reply) =>
    reply.code(202).send(templates.rebuild(params.id, organization)),
  );
  server.get<Log>(
    `${all}/:id/logs`,
    { schema: { querystring: logQuery }, preValidation },
    ({ params, organization, query }) => templates.log(params.id, organization, query.known_size),
  );
}
