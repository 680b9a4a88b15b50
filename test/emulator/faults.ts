import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** An injected fault for the next matching requests. Without an outcome it only delays them. */
export interface Fault {
  /** Default: every method. */
  method?: string;
  /** A regular expression for the path, without the query; default: every path. */
  path?: string;
  /** Number of requests to apply it to; default 1. */
  times?: number | 'always';
  /** Milliseconds before anything happens. */
  delay?: number;
  /** `after`: the service carries out the request first, so that only its answer is changed. Default `before`. */
  when?: 'before' | 'after';
  /** The answer. A text is sent as it is, with the content type of JSON; anything else as JSON. */
  answer?: { status: number; body?: unknown; headers?: Record<string, string> };
  /** Closes the connection without an answer. */
  drop?: boolean;
  /** Does not answer until the client disconnects. */
  hang?: boolean;
  /** Makes the first computer of a list invalid: its `status` is a number, its `name` is missing. */
  badComputer?: boolean;
}

/** The faults in force. */
export class Faults {
  private active: { fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.active.push({ fault, left: fault.times === 'always' ? Infinity : (fault.times ?? 1) });
  }

  clear(): void {
    this.active = [];
  }

  /** Uses up a fault once. @returns the oldest one that matches the request */
  take(method: string, path: string): Fault | undefined {
    const found = this.active.find(
      ({ fault }) =>
        (fault.method ?? method).toUpperCase() === method && new RegExp(fault.path ?? '').test(path),
    );
    if (found === undefined) return undefined;
    found.left--;
    this.active = this.active.filter(({ left }) => left > 0);
    return found.fault;
  }
}

/** Applies a fault to a request. @returns true if the request was answered or dropped */
export async function applyRequestFault(
  fault: Fault,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<boolean> {
  await waitForDelay(fault);
  if (fault.drop === true) {
    reply.hijack();
    request.raw.socket.destroy();
  } else if (fault.hang === true) {
    reply.hijack();
  } else if (fault.answer !== undefined) {
    const { status, body, headers } = fault.answer;
    void reply
      .code(status)
      .headers(headers ?? {})
      .type('application/json')
      .send(asText(body));
  } else {
    return false;
  }
  return true;
}

/** Applies a fault to an upgrade to a WebSocket. @returns true if the request was answered or dropped */
export async function applyUpgradeFault(fault: Fault, socket: Duplex): Promise<boolean> {
  await waitForDelay(fault);
  if (fault.drop === true) socket.destroy();
  else if (fault.answer !== undefined) refuseUpgrade(socket, fault.answer);
  else return fault.hang === true;
  return true;
}

/** Answers a request for an upgrade with an HTTP status. */
export function refuseUpgrade(socket: Duplex, { status, headers, body }: NonNullable<Fault['answer']>): void {
  const content = asText(body);
  const lines = Object.entries({
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(content)),
    connection: 'close',
    'x-request-id': randomUUID(),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${content}`);
}

/** Applies a fault to a complete answer. @returns the body to send */
export async function applyResponseFault(
  fault: Fault,
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): Promise<unknown> {
  if (fault.badComputer === true) return invalidateFirstComputer(String(payload));
  if (fault.when !== 'after') return payload;
  await waitForDelay(fault);
  if (fault.drop === true) request.raw.socket.destroy();
  if (fault.hang === true) await new Promise((resolve) => request.raw.socket.once('close', resolve));
  if (fault.answer === undefined) return payload;
  void reply.code(fault.answer.status).headers(fault.answer.headers ?? {});
  return asText(fault.answer.body);
}

/** Waits for the delay of a fault; the timer does not keep the process alive. */
function waitForDelay(fault: Fault): Promise<void> {
  return delay(fault.delay ?? 0, undefined, { ref: false });
}

function asText(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body ?? { detail: 'This fault was asked for.' });
}

function invalidateFirstComputer(payload: string): string {
  const list = JSON.parse(payload) as { computers?: Record<string, unknown>[] };
  const first = list.computers?.[0];
  if (first === undefined) return payload;
  first.status = 42;
  delete first.name;
  return JSON.stringify(list);
}
