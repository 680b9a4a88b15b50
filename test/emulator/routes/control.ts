import type { FastifyInstance } from 'fastify';
import { ApiError } from '../computer';
import type { Control } from '../control';

/** Routes of the control: each call as `POST /_control/NAME`, answered with `{result}`. */
export function controlRoutes(server: FastifyInstance, control: Control): void {
  const calls = new Map<string, (argument: unknown) => Promise<unknown>>(Object.entries(control));
  server.post<{ Params: { name: string } }>('/_control/:name', async (request) => {
    const call = calls.get(request.params.name);
    if (call === undefined)
      throw new ApiError(404, `No such call. There are: ${[...calls.keys()].join(', ')}.`);
    return { result: await call(request.body ?? {}) };
  });
}
