import { randomUUID } from 'node:crypto';

/** Changes of a computer that calls of the API start. */
export type OperationKind = 'create' | 'start' | 'stop' | 'delete' | 'restore';

/** A change of a computer, as answers contain it. */
export interface WireOperation {
  id: string;
  computer_id: string;
  kind: OperationKind;
  status: 'running' | 'succeeded' | 'failed' | 'cancelled';
  error: string | null;
  created_at: string;
  completed_at: string | null;
}

/** The operations of a computer, oldest first. At most the last one is running. */
export class Operations {
  readonly all: WireOperation[] = [];

  constructor(private readonly computerId: string) {}

  get latest(): WireOperation | undefined {
    return this.all.at(-1);
  }

  find(id: string): WireOperation | undefined {
    return this.all.find((operation) => operation.id === id);
  }

  /** Begins an operation, which ends the running one. */
  begin(kind: OperationKind): void {
    this.end('cancelled');
    this.all.push({
      id: `op_${randomUUID()}`,
      computer_id: this.computerId,
      kind,
      status: 'running',
      error: null,
      created_at: new Date().toISOString(),
      completed_at: null,
    });
  }

  /** Ends the running operation, if there is one. */
  end(status: 'succeeded' | 'failed' | 'cancelled', error: string | null = null): void {
    const running = this.latest;
    if (running?.status !== 'running') return;
    Object.assign(running, { status, error, completed_at: new Date().toISOString() });
  }
}
