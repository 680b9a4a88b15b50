import { type IncomingMessage, request as requestHttp, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import type { PublishedPorts } from './publishedPorts';

/** Top-level domain of every public address; browsers resolve it to this machine (RFC 6761 section 6.3). */
const domain = 'localhost';

/** The public URL of a route, on a server at this port. */
export function publicUrl(name: string, port: number): string {
  return `http://${name}.${domain}:${port}`;
}

/**
 * Handles the requests to public URLs of a server: forwards them to the port of the computer, whose network is that of
 * this machine. WebSockets are not forwarded.
 */
export function servePublicRoutes(server: Server, ports: PublishedPorts): void {
  const otherListeners = server.listeners('request') as ((
    ...exchange: [IncomingMessage, ServerResponse]
  ) => void)[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const name = new RegExp(`^(p-\\w+)\\.${domain}(:\\d+)?$`).exec(request.headers.host ?? '')?.[1];
    if (name !== undefined) pass(ports.find(name), request, response);
    else for (const serve of otherListeners) serve.call(server, request, response);
  });
}

function pass(
  route: ReturnType<PublishedPorts['find']>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (route === undefined) refuse(response, 404, 'Nothing is published here.');
  else if (route.status !== 'published') refuse(response, 503, `This port is ${route.status}.`);
  else forward(route.port, request, response);
}

function forward(port: number, request: IncomingMessage, response: ServerResponse): void {
  const { method, url: path, headers } = request;
  const forwarded = requestHttp({ host: '127.0.0.1', port, method, path, headers });
  forwarded.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    pipeline(answer, response, () => undefined);
  });
  forwarded.on('error', () => refuse(response, 502, `Nothing answers on port ${port}.`));
  response.on('close', () => forwarded.destroy());
  request.pipe(forwarded);
}

function refuse(response: ServerResponse, status: number, message: string): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(status, { 'content-type': 'text/plain' }).end(`${message}\n`);
}
