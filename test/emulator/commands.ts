import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ComputerStateMachine } from './computerStateMachine';
import { type Command, type CommandEnd, type ExecResult, runCommand } from './sandbox/exec';

/** A command in the history of a computer, as answers contain it. */
export interface Invocation {
  command_id: string;
  source: 'api';
  status: 'running' | 'completed' | 'timed_out' | 'cancelled';
  started_at: string;
  ended_at: string | null;
  duration_ms: number | null;
  timeout_seconds: number;
  exit_code: number | null;
  stdout_bytes: number;
  stderr_bytes: number;
  error_type: string | null;
}

/** Number of invocations kept of each computer. */
const historyLimit = 200;

/** Runs the commands of the API on computers, and keeps their history. */
export class Commands {
  private readonly history = new WeakMap<ComputerStateMachine, Invocation[]>();
  private readonly streams = new Map<Readable, ComputerStateMachine>();

  /**
   * Runs a command to its end.
   * @param left is aborted when the caller leaves, which ends the command
   * @throws ApiError 409 when the computer does not run
   */
  async run(
    computer: ComputerStateMachine,
    commandLine: string,
    timeout: number,
    left: AbortSignal,
  ): Promise<ExecResult & { command_id: string }> {
    const { command, invocation } = this.start(computer, commandLine, timeout);
    left.addEventListener('abort', () => {
      invocation.error_type = 'client_disconnected';
      command.kill();
    });
    const result = await runCommand(command);
    return { ...result, command_id: invocation.command_id };
  }

  /**
   * Runs a command and streams its output as server-sent events. It ends when the stream is destroyed.
   * @throws ApiError 409 when the computer does not run
   */
  stream(
    computer: ComputerStateMachine,
    commandLine: string,
    timeout: number,
  ): { id: string; events: Readable } {
    const { command, invocation } = this.start(computer, commandLine, timeout);
    const events = eventsOf(command, invocation);
    this.streams.set(events, computer);
    events.once('close', () => {
      this.streams.delete(events);
      if (invocation.status === 'running') invocation.error_type = 'client_disconnected';
    });
    return { id: invocation.command_id, events };
  }

  /** The commands of a computer, newest first. */
  of(computer: ComputerStateMachine): Invocation[] {
    return this.history.get(computer) ?? [];
  }

  /** Breaks the streams of a computer, which ends their commands. */
  cutStreams(computer: ComputerStateMachine): void {
    for (const [events, owner] of this.streams) if (owner === computer) events.destroy(new Error('cut'));
  }

  private start(
    computer: ComputerStateMachine,
    commandLine: string,
    timeout: number,
  ): { command: Command; invocation: Invocation } {
    const command = computer.requireRunning('takes no commands').start(commandLine, timeout * 1000);
    const invocation: Invocation = {
      command_id: `cmd_${randomBytes(6).toString('hex')}`,
      source: 'api',
      status: 'running',
      started_at: new Date().toISOString(),
      ended_at: null,
      duration_ms: null,
      timeout_seconds: timeout,
      exit_code: null,
      stdout_bytes: 0,
      stderr_bytes: 0,
      error_type: null,
    };
    this.history.set(computer, [invocation, ...this.of(computer)].slice(0, historyLimit));
    count(command, invocation);
    command.ended.then(
      (end) => finish(invocation, end),
      (error: unknown) => (invocation.error_type = String(error)),
    );
    return { command, invocation };
  }
}

function count({ stdout, stderr }: Command, invocation: Invocation): void {
  stdout.on('data', (data: Buffer | string) => (invocation.stdout_bytes += Buffer.byteLength(data)));
  stderr.on('data', (data: Buffer | string) => (invocation.stderr_bytes += Buffer.byteLength(data)));
}

function finish(invocation: Invocation, { timed_out, ...end }: CommandEnd): void {
  const wasLeft = invocation.error_type !== null;
  const status = timed_out ? 'timed_out' : wasLeft ? 'cancelled' : 'completed';
  Object.assign(invocation, end, { status, ended_at: new Date().toISOString() });
  if (timed_out) invocation.error_type = 'timeout';
}

function eventsOf(command: Command, { command_id, timeout_seconds }: Invocation): Readable {
  const outputs = { stdout: command.stdout, stderr: command.stderr };
  const startedAt = Date.now();
  const events = new Readable({
    read: () => {
      for (const output of Object.values(outputs)) output.resume();
    },
    destroy: (error, done) => {
      command.kill();
      // Nobody reads them any more, and unread they would keep the command from ending.
      for (const output of Object.values(outputs)) output.resume();
      done(error);
    },
  });
  const send = (event: object): void => {
    if (events.push(`data: ${JSON.stringify(event)}\n\n`)) return;
    for (const output of Object.values(outputs)) output.pause();
  };
  send({ type: 'started', command_id, started_at_unix_ms: startedAt, timeout_seconds });
  for (const [type, output] of Object.entries(outputs)) {
    output.setEncoding('utf8');
    output.on('data', (data: string) => send({ type, data }));
  }
  command.ended.then(
    (end) => {
      const times = { started_at_unix_ms: startedAt, ended_at_unix_ms: startedAt + end.duration_ms };
      send({ type: 'exit', command_id, ...times, ...end });
      events.push(null);
    },
    (error: unknown) => events.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  return events;
}
