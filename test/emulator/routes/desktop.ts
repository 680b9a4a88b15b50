import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { templates } from '../catalogue';
import { ApiError } from '../computer';
import type { Computers } from '../computers';
import type { ComputerStateMachine } from '../computerStateMachine';
import type { Displays } from '../displays';
import { type Features, requireFeature } from '../features';
import type { DisplayMode } from '../sandbox/display';

const body = {
  type: ['object', 'null'],
  properties: { mode: { type: 'string', enum: ['read_only', 'read_write'] } },
};

interface ById {
  Params: { id: string };
}
interface DisplayCall extends ById {
  Body: { mode?: DisplayMode } | null | undefined;
}
type Capability = 'display' | 'browser';

/** Routes that grant access to the screen and the browser of a computer. Nothing serves the URL of a browser. */
export function desktopRoutes(
  server: FastifyInstance,
  computers: Computers,
  displays: Displays,
  features: Features,
): void {
  const requireCapable = (request: FastifyRequest<ById>, capability: Capability): ComputerStateMachine => {
    const computer = computers.get(request.params.id, request.organization);
    computer.requireRunning(`has no ${capability} now`);
    const template = templates.find((template) => template.id === computer.record.wire.template_id);
    if (template?.capabilities.includes(capability) !== true)
      throw new ApiError(409, `The template of this computer has no ${capability}.`);
    return computer;
  };
  const gatewayUrl = ({ host }: FastifyRequest, capability: Capability, { id }: ComputerStateMachine) =>
    features.gatewayUrl ?? `ws://${host}/gateway/${capability}?computer_id=${id}`;

  server.post<DisplayCall>(
    '/v1/computers/:id/display',
    { schema: { body }, preValidation: requireFeature(features, 'display') },
    async (request, reply) => {
      const computer = requireCapable(request, 'display');
      const mode = request.body?.mode ?? 'read_only';
      const { token, expires } = await displays.grant(computer, mode);
      return reply.code(201).send({
        gateway_url: gatewayUrl(request, 'display', computer),
        token,
        expires_at: new Date(expires).toISOString(),
        mode,
      });
    },
  );
  server.post<ById>(
    '/v1/computers/:id/browser',
    { preValidation: requireFeature(features, 'browser') },
    (request, reply) => {
      const computer = requireCapable(request, 'browser');
      return reply.code(201).send({
        gateway_url: gatewayUrl(request, 'browser', computer),
        token: randomBytes(24).toString('base64url'),
        expires_at: new Date(Date.now() + features.tokenLife).toISOString(),
      });
    },
  );
}
