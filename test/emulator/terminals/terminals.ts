import { randomBytes } from 'node:crypto';
import { ApiError } from '../computer';
import type { ComputerStateMachine } from '../computerStateMachine';
import type { Features, Frames } from '../features';
import { Terminal } from './terminal';

/** Permission to attach to a terminal: valid once, for a short time. */
export interface Grant {
  terminal: Terminal;
  token: string;
  /** Milliseconds since the epoch. */
  expires: number;
}

/** All durable terminals, and the tokens that open them. */
export class Terminals {
  private readonly terminals = new Map<string, Terminal>();
  private readonly grants = new Map<string, Grant>();

  constructor(readonly features: Features) {}

  /**
   * Grants a client access to a terminal of a computer, a new one unless its id is given.
   * @throws ApiError 409 when the computer does not run, 404 when it has no such terminal.
   */
  grant(computer: ComputerStateMachine, id?: string): Grant {
    const sandbox = computer.requireRunning('has no terminals');
    const existing = id === undefined ? undefined : this.terminals.get(id);
    if (id !== undefined && existing?.computer !== computer) throw new ApiError(404, 'Terminal not found');
    const terminal = existing ?? new Terminal(computer, sandbox, () => this.forget(terminal));
    this.terminals.set(terminal.id, terminal);
    const token = randomBytes(24).toString('base64url');
    const grant = { terminal, token, expires: Date.now() + this.features.tokenLife };
    this.grants.set(token, grant);
    return grant;
  }

  /** Uses up a token. @returns its terminal; undefined when it has none, or another one */
  redeem(id: string, token: string): Terminal | undefined {
    const grant = this.grants.get(token);
    this.grants.delete(token);
    return grant?.terminal.id === id && Date.now() < grant.expires ? grant.terminal : undefined;
  }

  /** The terminals of a computer. */
  of(computer: ComputerStateMachine): Terminal[] {
    return [...this.terminals.values()].filter((terminal) => terminal.computer === computer);
  }

  /** The kind of frames that a terminal sends. */
  framesOf({ computer }: Terminal): Frames {
    return computer.record.gatewayFrames ?? this.features.gatewayFrames;
  }

  private forget(terminal: Terminal): void {
    this.terminals.delete(terminal.id);
    for (const [token, grant] of this.grants) if (grant.terminal === terminal) this.grants.delete(token);
  }
}
