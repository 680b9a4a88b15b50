import { t } from '@vscode/l10n';
import { isApiError } from '../../api/apiErrors';
import type { CelestoClient } from '../../api/client';
import { type ExecEvent, execLimits } from '../../api/wire';
import { isCancellation } from '../../base/abort';
import type { Clock } from '../../base/clock';
import { describeError, type Log } from '../../base/log';
import type { Computer } from '../../computers/computer';
import type { ConnectOptions, Transport, TransportMessages } from '../../connect/transport';
import type { Command, CommandRequest } from './command';
import type { CommandExecution } from './commandExecution';
import { detachedFiles, serviceScript } from './commandScript';
import { DetachedRun } from './detached/detachedRun';
import { killScript, newRunId } from './runId';
import { type ServiceEvent, ServiceExecution } from './serviceExecution';

/** The time limit of a streamed exec call, the longest that the service allows. */
const streamTimeoutSeconds = execLimits.timeout.max;
/** The time limit of the call that runs the kill script. */
const killTimeoutSeconds = 20;

export interface ServiceCommandTransportDeps {
  readonly client: Pick<CelestoClient, 'exec' | 'execStream'>;
  /** Has the latest credentials, and works while the window closes. */
  readonly lastClient: Pick<CelestoClient, 'exec'>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Runs commands by the service's exec call: streamed where the service supports that and the command is short enough, else
 * detached (detachedRun.ts).
 */
export class ServiceCommandTransport implements Transport<CommandRequest, CommandExecution> {
  readonly name = 'service';
  readonly messages: TransportMessages = {
    connecting: ({ name }) => t('Running it on {0} through the service…', name),
    fallback: () => t('Running it through the service instead.'),
  };

  constructor(private readonly deps: ServiceCommandTransportDeps) {}

  supports(): boolean {
    return true;
  }

  /** @throws CommandError, ApiError, Error with the computer's message, or the signal's reason */
  async open(
    { id }: Computer,
    { command, report }: CommandRequest,
    { signal }: ConnectOptions,
  ): Promise<CommandExecution> {
    const files = detachedFiles(command);
    const streamed = await this.stream(id, command, report, signal);
    if (streamed) return streamed;
    report(t('Without SSH, a command cannot read input.'));
    const run = new DetachedRun(this.deps, id, newRunId());
    const cancel = new AbortController();
    const kill = (): void => {
      cancel.abort();
      run.kill();
    };
    try {
      await run.start(files, signal);
    } catch (error) {
      kill();
      throw error;
    }
    return new ServiceExecution(run.events(cancel.signal), kill);
  }

  /** @returns undefined where the service does not stream, or takes no command as long as this one */
  private async stream(
    id: string,
    command: Command,
    report: (text: string) => void,
    signal: AbortSignal,
  ): Promise<CommandExecution | undefined> {
    const runId = newRunId();
    const script = serviceScript(command, runId);
    if (script === undefined) return undefined;
    const cancel = new AbortController();
    const kill = (): void => {
      cancel.abort();
      this.killRun(id, runId);
    };
    try {
      const cancelled = AbortSignal.any([signal, cancel.signal]);
      const events = this.deps.client.execStream(id, script, streamTimeoutSeconds, cancelled);
      const first = await events.next();
      report(
        t('Without SSH, a command can run for at most {0} s and cannot read input.', streamTimeoutSeconds),
      );
      return new ServiceExecution(streamedEvents(first.done ? undefined : first.value, events), kill);
    } catch (error) {
      if (isApiError(error, 'notFound')) return undefined;
      if (isCancellation(error)) kill();
      throw error;
    }
  }

  /** Kills the command's processes: the service need not end a command whose call was aborted. */
  private killRun(id: string, runId: string): void {
    const { lastClient, log } = this.deps;
    lastClient.exec(id, killScript(runId), killTimeoutSeconds).catch((error: unknown) => {
      log.warn(`${id}: a cancelled command may still run: ${describeError(error)}`);
    });
  }
}

async function* streamedEvents(
  first: ExecEvent | undefined,
  others: AsyncIterable<ExecEvent>,
): AsyncGenerator<ServiceEvent> {
  if (first) yield* serviceEvents(first);
  for await (const event of others) yield* serviceEvents(event);
}

function serviceEvents(event: ExecEvent): ServiceEvent[] {
  switch (event.type) {
    case 'started':
      return [];
    case 'stdout':
    case 'stderr':
      return [{ kind: 'output', data: Buffer.from(event.data) }];
    case 'exit': {
      const { exit_code: code, timed_out: timedOut, duration_ms: duration } = event;
      return [{ kind: 'exited', code, signal: undefined, timedOut, duration: duration ?? undefined }];
    }
  }
}
