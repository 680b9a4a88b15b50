import { ApiError } from '../computer';
import type { ComputerStateMachine } from '../computerStateMachine';
import type { Features, Frames } from '../features';
import type { GatewayEndpoint, Serve } from '../gateway';
import { type Grant, Grants } from '../grants';
import { Client } from './client';
import { Terminal } from './terminal';

/** All durable terminals, and the endpoint that attaches clients to them. Its query has a terminal's id and the token. */
export class Terminals implements GatewayEndpoint {
  readonly path = '/gateway/terminal';
  private readonly terminals = new Map<string, Terminal>();
  private readonly grants: Grants<Terminal>;

  constructor(readonly features: Features) {
    this.grants = new Grants(features);
  }

  /**
   * Grants a client access to a terminal of a computer, a new one unless its id is given.
   * @throws ApiError 409 when the computer does not run, 404 when it has no such terminal.
   */
  grant(computer: ComputerStateMachine, id?: string): Grant & { terminal: Terminal } {
    const sandbox = computer.requireRunning('has no terminals');
    const existing = id === undefined ? undefined : this.terminals.get(id);
    if (id !== undefined && existing?.computer !== computer) throw new ApiError(404, 'Terminal not found');
    const terminal = existing ?? new Terminal(computer, sandbox, () => this.forget(terminal));
    this.terminals.set(terminal.id, terminal);
    return { ...this.grants.add(terminal), terminal };
  }

  redeem({ terminal_id: id, token = '' }: Readonly<Record<string, string>>): Serve | undefined {
    const terminal = this.grants.redeem(token);
    if (terminal === undefined || terminal.id !== id) return undefined;
    return (socket, raw) => terminal.attach(new Client(socket, raw, this.framesOf(terminal)));
  }

  /** The terminals of a computer. */
  of(computer: ComputerStateMachine): Terminal[] {
    return [...this.terminals.values()].filter((terminal) => terminal.computer === computer);
  }

  /** The kind of frames that a terminal sends. */
  private framesOf({ computer }: Terminal): Frames {
    return computer.record.gatewayFrames ?? this.features.gatewayFrames;
  }

  private forget(terminal: Terminal): void {
    this.terminals.delete(terminal.id);
    this.grants.revoke(terminal);
  }
}
