import { type IncomingMessage, request as requestHttp, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import type { PublishedPorts } from './publishedPorts';

/** The end of every public address; browsers take whatever ends so for this machine. */
const domain = 'localhost';

/** The public address of a route of this name, on a server at this port. */
export function publicUrl(name: string, port: number): string {
  return `http://${name}.${domain}:${port}`;
}

/**
 * Takes the requests to public addresses out of those that a server serves, and passes them on to the port of the
 * computer, whose network is that of this machine. WebSockets are not passed on.
 */
export function servePublicRoutes(server: Server, ports: PublishedPorts): void {
  const others = server.listeners('request') as ((...exchange: [IncomingMessage, ServerResponse]) => void)[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const name = new RegExp(`^(p-\\w+)\\.${domain}(:\\d+)?$`).exec(request.headers.host ?? '')?.[1];
    if (name !== undefined) pass(ports.find(name), request, response);
    else for (const serve of others) serve.call(server, request, response);
  });
}

function pass(
  route: ReturnType<PublishedPorts['find']>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (route === undefined) refuse(response, 404, 'Nothing is published here.');
  else if (route.life.status !== 'running') refuse(response, 503, 'The computer is not running.');
  else forward(route.port, request, response);
}

function forward(port: number, request: IncomingMessage, response: ServerResponse): void {
  const { method, url: path, headers } = request;
  const onward = requestHttp({ host: '127.0.0.1', port, method, path, headers });
  onward.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    pipeline(answer, response, () => undefined);
  });
  onward.on('error', () => refuse(response, 502, `Nothing answers on port ${port}.`));
  response.on('close', () => onward.destroy());
  request.pipe(onward);
}

function refuse(response: ServerResponse, status: number, words: string): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(status, { 'content-type': 'text/plain' }).end(`${words}\n`);
}
