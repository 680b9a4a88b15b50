import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A request that the service received. */
export interface ReceivedCall {
  readonly method: string;
  /** Path and query, as spelled by the client. */
  readonly url: string;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: unknown;
  /** Milliseconds of the monotonic clock. */
  readonly at: number;
}

/** One turn of the service: answers a request, or does to its connection what a bad network would. */
export type Turn = (response: ServerResponse, call: ReceivedCall) => void;

/** A real HTTP server on this machine that plays a script: one turn for each request, the last one again and again. */
export class ScriptedService {
  readonly calls: ReceivedCall[] = [];
  private script: Turn[] = [];

  private constructor(private readonly server: Server) {}

  static async start(...script: Turn[]): Promise<ScriptedService> {
    const server = createServer();
    const service = new ScriptedService(server);
    service.play(...script);
    server.on('request', (request, response) => void service.serve(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return service;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get lastCall(): ReceivedCall {
    const call = this.calls.at(-1);
    if (!call) throw new Error('nothing was asked of the service');
    return call;
  }

  /** Begins another script; what was received so far is forgotten. */
  play(...script: Turn[]): void {
    this.script = script;
    this.calls.length = 0;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = performance.now();
    const text = (await buffer(request)).toString();
    const { method = '', url = '', headers } = request;
    const call: ReceivedCall = { method, url, headers, at, body: text === '' ? undefined : JSON.parse(text) };
    this.calls.push(call);
    const turn = this.script.length > 1 ? this.script.shift() : this.script[0];
    if (!turn) throw new Error(`no turn for ${method} ${url}`);
    turn(response, call);
  }
}

/** Answers with JSON. */
export function answer(body: unknown, status = 200, headers: Record<string, string> = {}): Turn {
  return answerText(JSON.stringify(body), status, { 'content-type': 'application/json', ...headers });
}

/** Answers with text as it is. */
export function answerText(body: string, status = 200, headers: Record<string, string> = {}): Turn {
  return (response) => response.writeHead(status, headers).end(body);
}

/** Takes the request and says nothing, for ever. */
export const silence: Turn = () => undefined;

/** Cuts the connection before an answer. */
export const hangUp: Turn = (response) => response.destroy();

/** Begins an answer of `length` bytes and sends no more than these. */
export function stall(begin: string, status = 200): Turn {
  return (response) => response.writeHead(status, { 'content-length': begin.length + 100 }).write(begin);
}

/** Begins an answer and cuts the connection in the middle of it. */
export function breakOff(begin: string, status = 200): Turn {
  return (response, call) => {
    stall(begin, status)(response, call);
    setImmediate(() => response.destroy());
  };
}
