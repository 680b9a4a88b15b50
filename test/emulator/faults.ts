import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Something that goes wrong on purpose, for the next requests that fit. Without an outcome it only delays. */
export interface Fault {
  /** Unless given, every method. */
  method?: string;
  /** A regular expression for the path, without the query; unless given, every path. */
  path?: string;
  /** How many requests it spoils; one unless given. */
  times?: number | 'always';
  /** ms until anything happens. */
  delay?: number;
  /** `after`: the service does its work first, so only its answer is spoilt. `before` unless given. */
  when?: 'before' | 'after';
  /** The answer. A text goes out as it is, under the name of JSON; anything else as JSON. */
  answer?: { status: number; body?: unknown; headers?: Record<string, string> };
  /** Close the connection without an answer. */
  drop?: boolean;
  /** Never answer, until the client goes. */
  hang?: boolean;
  /** Spoil the first computer of a list: its `status` is a number, its `name` is missing. */
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

  /** The fault for a request, which is thereby used up once. The oldest that fits wins. */
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

/** Lets a fault happen instead of the answer. @returns whether the request is thereby dealt with. */
export async function applyRequestFault(
  fault: Fault,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<boolean> {
  await lateness(fault);
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

/** Lets a fault happen instead of an upgrade to a WebSocket. @returns whether the request is thereby dealt with. */
export async function applyUpgradeFault(fault: Fault, socket: Duplex): Promise<boolean> {
  await lateness(fault);
  if (fault.drop === true) socket.destroy();
  else if (fault.answer !== undefined) refuseUpgrade(socket, fault.answer);
  else return fault.hang === true;
  return true;
}

/** Answers a request for an upgrade as if there were none. */
export function refuseUpgrade(socket: Duplex, { status, headers, body }: NonNullable<Fault['answer']>): void {
  const content = asText(body);
  const lines = Object.entries({
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(content)),
    connection: 'close',
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${content}`);
}

/** Lets a fault happen to an answer that is ready. @returns what is sent instead. */
export async function applyResponseFault(
  fault: Fault,
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): Promise<unknown> {
  if (fault.badComputer === true) return spoilFirstComputer(String(payload));
  if (fault.when !== 'after') return payload;
  await lateness(fault);
  if (fault.drop === true) request.raw.socket.destroy();
  if (fault.hang === true) await new Promise((resolve) => request.raw.socket.once('close', resolve));
  if (fault.answer === undefined) return payload;
  void reply.code(fault.answer.status).headers(fault.answer.headers ?? {});
  return asText(fault.answer.body);
}

/** It keeps no process from ending. */
function lateness(fault: Fault): Promise<void> {
  return delay(fault.delay ?? 0, undefined, { ref: false });
}

function asText(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body ?? { detail: 'This fault was asked for.' });
}

function spoilFirstComputer(payload: string): string {
  const list = JSON.parse(payload) as { computers?: Record<string, unknown>[] };
  const first = list.computers?.[0];
  if (first === undefined) return payload;
  first.status = 42;
  delete first.name;
  return JSON.stringify(list);
}
